"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from chaos.schedules import calendar_urls

urlpatterns: list[URLPattern | URLResolver] = [*calendar_urls.urlpatterns]
