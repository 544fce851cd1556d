"""Addresses of telemetry sources."""

from __future__ import annotations

from django.urls import path

from reliability.telemetry.views import editing, pages

urlpatterns = [
    path("sources/", pages.source_list, name="source-list"),
    path("sources/new/", editing.source_create, name="source-create"),
    path("sources/<slug:name>/", pages.source_detail, name="source-detail"),
    path("sources/<slug:name>/health/", pages.source_health, name="source-health"),
    path("sources/<slug:name>/test/", pages.source_test, name="source-test"),
    path("sources/<slug:name>/edit/", editing.source_edit, name="source-edit"),
    path("sources/<slug:name>/delete/", editing.source_delete, name="source-delete"),
]
