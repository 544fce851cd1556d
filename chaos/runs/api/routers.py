"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from chaos.runs.api import policies, records, resilience, runs, stop

ROUTERS: tuple[tuple[str, Router], ...] = (
    ("/v1/chaos/runs", runs.router),
    ("/v1/chaos/runs", records.router),
    ("/v1/chaos/stop", stop.router),
    ("/v1/chaos/policies", policies.router),
    ("/v1/chaos/resilience", resilience.router),
)
