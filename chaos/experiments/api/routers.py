"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from chaos.experiments.api import experiments, importing, library, secrets, targets

ROUTERS: tuple[tuple[str, Router], ...] = (
    ("/v1/chaos/experiments", importing.router),  # before {slug}
    ("/v1/chaos/experiments", experiments.router),
    ("/v1/chaos/experiments", secrets.router),
    ("/v1/chaos/targets", targets.router),
    ("/v1/chaos/library", library.router),
)
