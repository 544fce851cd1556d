"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from reliability.measures.api import measures, ratios

ROUTERS: tuple[tuple[str, Router], ...] = (
    ("/v1/measures", measures.router),
    ("/v1/ratios", ratios.router),
    ("/v1/ratio-definitions", ratios.definitions_router),
)
