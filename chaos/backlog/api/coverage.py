"""/api/v1/chaos/coverage: what was tried of each layer of each service, and what never was."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from chaos.backlog.api import schemas
from chaos.backlog.selectors.coverage import ServiceRow, rows_of, services_to_cover, totals_of
from reliability.access.requests import AccessRequest
from reliability.web.api.paging import Page, PageQuery, page_of

router = Router(tags=["Chaos backlog"])


class CoverageQuery(PageQuery):
    q: Annotated[str, Field(max_length=200, description="words of the service")] = ""
    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    tier: Annotated[int | None, Field(ge=1, le=4)] = None


class CoveragePage(Page[schemas.CoverageRowOut]):
    totals: schemas.CoverageTotalsOut = Field(description="over all services that the filters leave")


@router.get("", response=CoveragePage, operation_id="getCoverage", summary="Coverage map")
def get_coverage(request: AccessRequest, query: Query[CoverageQuery]) -> Any:
    """Services by tier, in it the least covered first; a cell for each layer."""
    now = timezone.now()
    services = services_to_cover(caller=request.caller, text=query.q, team=query.team, tier=query.tier, now=now)
    page = page_of(queryset=services, query=query)
    rows = rows_of(caller=request.caller, services=page["items"], now=now)
    totals = totals_of(caller=request.caller, services=services, now=now)
    return {**page, "items": [_out(row) for row in rows], "totals": asdict(totals)}


def _out(row: ServiceRow) -> dict[str, Any]:
    return {
        "service": row.service.name,
        "team": row.service.team.slug,
        "tier": row.service.tier,
        "tried": row.tried_count,
        "cells": [{"layer": one.layer, "state": one.cell.value, **asdict(one.tried)} for one in row.cells],
    }
