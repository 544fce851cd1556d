"""Addresses of the catalogue."""

from __future__ import annotations

from django.urls import path

from reliability.catalog import views

urlpatterns = [
    path("services/", views.service_list, name="service-list"),
    path("services/new/", views.service_create, name="service-create"),
    path("services/<slug:name>/", views.service_detail, name="service-detail"),
    path("services/<slug:name>/edit/", views.service_edit, name="service-edit"),
    path("services/<slug:name>/delete/", views.service_delete, name="service-delete"),
    path("services/<slug:name>/dependencies/", views.dependency_add, name="dependency-add"),
    path("services/<slug:name>/dependencies/<slug:needs>/remove/", views.dependency_remove, name="dependency-remove"),
]
