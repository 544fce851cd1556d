"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from incidents.status_page import page_urls, subscriber_urls

urlpatterns: list[URLPattern | URLResolver] = [
    *page_urls.urlpatterns,
    *subscriber_urls.urlpatterns,
]
