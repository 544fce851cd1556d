"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from chaos.backlog.api import coverage, trials, vulnerabilities

ROUTERS: tuple[tuple[str, Router], ...] = (
    ("/v1/chaos/vulnerabilities", vulnerabilities.router),
    ("/v1/chaos/coverage", coverage.router),
    ("/v1/chaos/trials", trials.router),
)
