"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from incidents.postmortems.api import acts, analysis, documents

ROUTERS: tuple[tuple[str, Router], ...] = (
    ("/v1/postmortems", acts.router),  # its fixed words before the numbers of the others
    ("/v1/postmortems", documents.router),
    ("/v1/postmortems", analysis.router),
)
