"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from reliability.readiness.api import answers, checklists, readiness

ROUTERS: tuple[tuple[str, Router], ...] = (
    ("/v1/readiness", readiness.router),
    ("/v1/readiness/services", answers.router),
    ("/v1/readiness/checklists", checklists.router),
)
