"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from slo.api import (
    agreements,
    alerts,
    availability,
    backfills,
    composites,
    corrections,
    counts,
    ledger,
    openslo,
    slis,
    slos,
    status,
    windows,
)

ROUTERS: tuple[tuple[str, Router], ...] = (
    ("/v1/slos", slos.router),
    ("/v1/slos", status.router),
    ("/v1/slos", ledger.router),
    ("/v1/slos", availability.router),
    ("/v1/availability", availability.list_router),
    ("/v1/slos", corrections.router),
    ("/v1/slos", alerts.router),
    ("/v1/burn-alerts", alerts.list_router),
    ("/v1/slis", slis.router),
    ("/v1/slis", backfills.router),
    ("/v1/counts", counts.router),
    ("/v1/composites", composites.router),
    ("/v1/windows", windows.router),
    ("/v1/agreements", agreements.router),
    ("/v1/openslo", openslo.router),
)
