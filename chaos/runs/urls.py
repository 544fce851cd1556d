"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from chaos.runs.views import notice

urlpatterns: list[URLPattern | URLResolver] = [
    path("chaos/notices/<str:token>/", notice.notice_link, name="chaos-notice"),
]
