"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from incidents.paging.api import policies

ROUTERS: tuple[tuple[str, Router], ...] = (("/v1/escalation-policies", policies.router),)
