"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from chaos.gamedays.api import days, follow_ups, people, records, scenarios

ROUTERS: tuple[tuple[str, Router], ...] = (
    ("/v1/chaos/game-days", days.router),
    ("/v1/chaos/game-days", scenarios.router),
    ("/v1/chaos/game-days", people.router),
    ("/v1/chaos/game-days", records.router),
    ("/v1/chaos/follow-ups", follow_ups.router),
)
