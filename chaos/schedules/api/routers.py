"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from chaos.schedules.api import schedules

ROUTERS: tuple[tuple[str, Router], ...] = (("/v1/chaos/schedules", schedules.router),)
