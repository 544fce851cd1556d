"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from incidents.intake.api.integrations import router as integrations_router
from incidents.intake.api.monitors import router as monitors_router
from incidents.intake.api.silences import router as silences_router

ROUTERS: tuple[tuple[str, Router], ...] = (
    ("/v1/integrations", integrations_router),
    ("/v1/monitors", monitors_router),
    ("/v1/silences", silences_router),
)
