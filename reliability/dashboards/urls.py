"""Addresses of pages that look across rooms."""

from __future__ import annotations

from django.urls import path

from reliability.dashboards import views

urlpatterns = [path("", views.overview, name="overview")]
