"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reliability.overlay.views import timeline

urlpatterns: list[URLPattern | URLResolver] = [
    path("delivery/timeline/", timeline.timeline, name="delivery-timeline"),
]
