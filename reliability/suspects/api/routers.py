"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from reliability.suspects.api import suspects

ROUTERS: tuple[tuple[str, Router], ...] = (("/v1/suspects", suspects.router),)
