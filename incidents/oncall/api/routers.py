"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from incidents.oncall.api import oncall, schedules, swaps

ROUTERS: tuple[tuple[str, Router], ...] = (
    ("/v1/oncall", oncall.router),
    ("/v1/schedules", schedules.router),
    ("/v1/schedules", swaps.router),
)
