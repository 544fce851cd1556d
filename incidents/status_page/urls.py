"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from incidents.status_page import subscriber_urls

urlpatterns: list[URLPattern | URLResolver] = [
    *subscriber_urls.urlpatterns,
]
