"""Addresses of this room: what machines post to, and the pages of integrations, monitors and silences."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from incidents.intake.sources.registry import KINDS
from incidents.intake.views import ping

urlpatterns: list[URLPattern | URLResolver] = [
    *(path("", include(f"incidents.intake.sources.{kind.name}.view")) for kind in KINDS.values() if kind.is_pushed),
    path("ping/<str:secret>", ping.ping, name="ping"),
    path("ping/<str:secret>/start", ping.ping, {"told": "start"}, name="ping-start"),
    path("ping/<str:secret>/fail", ping.ping, {"told": "fail"}, name="ping-fail"),
    path("ping/<str:secret>/<int:exit_code>", ping.ping, name="ping-exit-code"),
]
