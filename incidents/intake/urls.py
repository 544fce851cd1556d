"""Addresses of this room: what machines post to, and the pages of integrations, monitors and silences."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from incidents.intake.sources.registry import KINDS

urlpatterns: list[URLPattern | URLResolver] = [
    *(path("", include(f"incidents.intake.sources.{kind.name}.view")) for kind in KINDS.values() if kind.is_pushed),
]
