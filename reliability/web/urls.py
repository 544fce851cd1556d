"""Addresses of the shell."""

from __future__ import annotations

from django.urls import path

from reliability.web import views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("zones/", views.zones, name="zones"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("theme/", views.theme, name="theme"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("styleguide/live/", views.styleguide_part, name="styleguide-live"),
]
