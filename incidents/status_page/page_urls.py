"""Addresses for people of the team: below /status-pages/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from incidents.status_page.views import components, incidents, maintenances, overriding, pages, templates

_ONE = "status-pages/<slug:slug>/"
_COMPONENT = f"{_ONE}components/<int:pk>/"
_GROUP = f"{_ONE}groups/<int:pk>/"
_INCIDENT = f"{_ONE}incidents/<slug:code>/"
_MAINTENANCE = f"{_ONE}maintenances/<slug:code>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("status-pages/", pages.page_list, name="status-page-list"),
    path("status-pages/-/new/", pages.page_new, name="status-page-new"),
    path("status-pages/-/post/", incidents.post_from_incident, name="status-page-post"),
    path(_ONE, pages.page_detail, name="status-page"),
    path(f"{_ONE}edit/", pages.page_edit, name="status-page-edit"),
    path(f"{_ONE}delete/", pages.page_delete, name="status-page-delete"),
    path(f"{_ONE}keys/", pages.page_keys, name="status-page-keys"),
    path(f"{_ONE}keys/<int:pk>/revoke/", pages.page_key_revoke, name="status-page-key-revoke"),
    path(f"{_ONE}components/", components.component_list, name="status-components"),
    path(f"{_ONE}components/new/", components.component_new, name="status-component-new"),
    path(f"{_COMPONENT}edit/", components.component_edit, name="status-component-edit"),
    path(f"{_COMPONENT}move/", components.component_move, name="status-component-move"),
    path(f"{_COMPONENT}remove/", components.component_remove, name="status-component-remove"),
    path(f"{_COMPONENT}override/", overriding.component_override, name="status-component-override"),
    path(f"{_COMPONENT}override/end/", overriding.component_override_end, name="status-component-override-end"),
    path(f"{_ONE}groups/new/", components.group_new, name="status-group-new"),
    path(f"{_GROUP}edit/", components.group_edit, name="status-group-edit"),
    path(f"{_GROUP}move/", components.group_move, name="status-group-move"),
    path(f"{_GROUP}remove/", components.group_remove, name="status-group-remove"),
    path(f"{_ONE}incidents/", incidents.incident_list, name="status-incidents"),
    path(f"{_ONE}incidents/new/", incidents.incident_new, name="status-incident-new"),
    path(_INCIDENT, incidents.incident_detail, name="status-incident"),
    path(f"{_INCIDENT}edit/", incidents.incident_edit, name="status-incident-edit"),
    path(f"{_INCIDENT}delete/", incidents.incident_delete, name="status-incident-delete"),
    path(f"{_ONE}updates/<slug:code>/edit/", incidents.update_edit, name="status-update-edit"),
    path(f"{_ONE}maintenances/", maintenances.maintenance_list, name="status-maintenances"),
    path(f"{_ONE}maintenances/new/", maintenances.maintenance_new, name="status-maintenance-new"),
    path(_MAINTENANCE, maintenances.maintenance_detail, name="status-maintenance"),
    path(f"{_MAINTENANCE}edit/", maintenances.maintenance_edit, name="status-maintenance-edit"),
    path(f"{_MAINTENANCE}cancel/", maintenances.maintenance_cancel, name="status-maintenance-cancel"),
    path(f"{_ONE}templates/", templates.template_list, name="status-templates"),
    path(f"{_ONE}templates/new/", templates.template_new, name="status-template-new"),
    path(f"{_ONE}templates/<int:pk>/edit/", templates.template_edit, name="status-template-edit"),
    path(f"{_ONE}templates/<int:pk>/delete/", templates.template_delete, name="status-template-delete"),
]
