"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from incidents.learning.api import review

ROUTERS: tuple[tuple[str, Router], ...] = (("/v1/review", review.router),)
