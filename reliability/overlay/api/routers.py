"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from reliability.overlay.api import timeline

ROUTERS: tuple[tuple[str, Router], ...] = (("/v1/timeline", timeline.router),)
