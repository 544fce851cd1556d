"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

ROUTERS: tuple[tuple[str, Router], ...] = ()
