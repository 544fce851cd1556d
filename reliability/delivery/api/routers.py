"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from reliability.delivery.api import deployments, dora, integrations

ROUTERS: tuple[tuple[str, Router], ...] = (
    ("/v1/deployments", deployments.router),
    ("/v1/dora", dora.router),
    ("/v1/delivery-integrations", integrations.router),
)
