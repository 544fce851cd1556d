"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reliability.duties.views import duties, entries, toil

urlpatterns: list[URLPattern | URLResolver] = [
    path("duties/", duties.duty_list, name="duty-list"),
    path("duties/new/", duties.duty_new, name="duty-new"),
    path("duties/<int:pk>/", duties.duty_detail, name="duty"),
    path("duties/<int:pk>/edit/", duties.duty_edit, name="duty-edit"),
    path("duties/<int:pk>/end/", entries.duty_end, name="duty-end"),
    path("duties/<int:pk>/delete/", duties.duty_delete, name="duty-delete"),
    path("toil/", toil.toil_page, name="toil"),
    path("toil.csv", toil.toil_file, name="toil-file"),
    path("toil/<int:pk>/", toil.toil_edit, name="toil-edit"),
    path("toil/capacity/<slug:slug>/", toil.capacity_edit, name="toil-capacity"),
]
