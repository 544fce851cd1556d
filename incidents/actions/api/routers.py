"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from incidents.actions.api import actions, settings

ROUTERS: tuple[tuple[str, Router], ...] = (
    ("/v1/actions/settings", settings.router),
    ("/v1/actions", actions.router),
)
