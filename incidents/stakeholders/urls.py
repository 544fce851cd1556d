"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from incidents.stakeholders.views import composing, groups, messages, reading, stakeholders, wordings

_WORDS = "stakeholders/words/<slug:slug>/<slug:audience>/<slug:kind>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("stakeholders/", stakeholders.stakeholder_list, name="stakeholder-list"),
    path("stakeholders/new/", stakeholders.stakeholder_new, name="stakeholder-new"),
    path("stakeholders/<int:pk>/", stakeholders.stakeholder_detail, name="stakeholder"),
    path("stakeholders/<int:pk>/edit/", stakeholders.stakeholder_edit, name="stakeholder-edit"),
    path("stakeholders/<int:pk>/delete/", stakeholders.stakeholder_delete, name="stakeholder-delete"),
    path("stakeholders/groups/", groups.group_list, name="stakeholder-groups"),
    path("stakeholders/groups/new/", groups.group_new, name="stakeholder-group-new"),
    path("stakeholders/groups/<int:pk>/", groups.group_detail, name="stakeholder-group"),
    path("stakeholders/groups/<int:pk>/edit/", groups.group_edit, name="stakeholder-group-edit"),
    path("stakeholders/groups/<int:pk>/delete/", groups.group_delete, name="stakeholder-group-delete"),
    path("stakeholders/messages/", messages.message_list, name="stakeholder-messages"),
    path("stakeholders/messages/<int:pk>/", messages.message_detail, name="stakeholder-message"),
    path("stakeholders/messages/<int:pk>/remind/", messages.message_remind, name="stakeholder-remind"),
    path("stakeholders/tell/", composing.tell_planned, name="stakeholder-tell-planned"),
    path("stakeholders/words/", wordings.wording_list, name="stakeholder-wordings"),
    path("stakeholders/words/<slug:slug>/", wordings.wordings_of_team, name="stakeholder-wordings-of"),
    path(_WORDS, wordings.wording_edit, name="stakeholder-wording"),
    path(f"{_WORDS}reset/", wordings.wording_reset, name="stakeholder-wording-reset"),
    path("stakeholders/read/<str:token>/", reading.read_link, name="stakeholder-read"),
    path("stakeholders/stop/<str:token>/", reading.stop_link, name="stakeholder-stop"),
    path("incidents/<int:number>/tell/", composing.tell_incident, name="stakeholder-tell"),
]
