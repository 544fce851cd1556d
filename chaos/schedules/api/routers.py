"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from chaos.schedules.api import blackouts, calendar, feeds, schedules

ROUTERS: tuple[tuple[str, Router], ...] = (
    ("/v1/chaos/schedules", schedules.router),
    ("/v1/chaos/blackouts", feeds.router),  # before {blackout_id}
    ("/v1/chaos/blackouts", blackouts.router),
    ("/v1/chaos/calendar", calendar.router),
)
