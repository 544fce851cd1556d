"""Addresses of telemetry sources."""

from __future__ import annotations

from django.urls import path

from reliability.telemetry import views

urlpatterns = [
    path("sources/", views.source_list, name="source-list"),
    path("sources/new/", views.source_create, name="source-create"),
    path("sources/<slug:name>/", views.source_detail, name="source-detail"),
    path("sources/<slug:name>/health/", views.source_health, name="source-health"),
    path("sources/<slug:name>/test/", views.source_test, name="source-test"),
    path("sources/<slug:name>/edit/", views.source_edit, name="source-edit"),
    path("sources/<slug:name>/delete/", views.source_delete, name="source-delete"),
]
