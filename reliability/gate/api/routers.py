"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from reliability.gate.api import freezes, gate, policies

ROUTERS: tuple[tuple[str, Router], ...] = (
    ("/v1/gate/policies", policies.router),
    ("/v1/gate/freezes", freezes.router),
    ("/v1/gate", gate.router),
)
