"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from reliability.reports.api import monthly, subscriptions

ROUTERS: tuple[tuple[str, Router], ...] = (
    ("/v1/reports/subscriptions", subscriptions.router),
    ("/v1/reports", monthly.router),
)
