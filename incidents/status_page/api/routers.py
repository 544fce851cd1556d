"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from incidents.status_page.api import incidents, maintenances, pages, subscribers

ROUTERS: tuple[tuple[str, Router], ...] = (
    ("/v1/status-pages", pages.router),
    ("/v1/status-pages", incidents.router),
    ("/v1/status-pages", maintenances.router),
    ("/v1/status-pages", subscribers.router),
)
