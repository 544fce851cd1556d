"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from reliability.duties.api import duties, toil

ROUTERS: tuple[tuple[str, Router], ...] = (
    ("/v1/duties", duties.router),
    ("/v1/toil", toil.router),
)
