"""/api/v1/readiness: whether services are ready, and why not."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from reliability.access.requests import AccessRequest
from reliability.catalog.selectors.services import list_services
from reliability.catalog.selectors.services import service as get_service
from reliability.readiness.api import schemas
from reliability.readiness.selectors.standings import readiness_of
from reliability.readiness.selectors.wording import item_out, summary_of
from reliability.web.api.paging import Page, PageQuery, page_of

router = Router(tags=["Readiness"])


class ReadinessQuery(PageQuery):
    limit: Annotated[int, Field(ge=1, le=200, description="services in a page: every item of each is looked at")] = 50
    q: Annotated[str, Field(max_length=120, description="part of name, title or description")] = ""
    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    tier: Annotated[int | None, Field(ge=1, le=4)] = None


class OneQuery(Schema):
    with_review: Annotated[bool, Field(description="ready only when a decision that let it go is in force, too")] = (
        False
    )


@router.get("", response=Page[schemas.ReadinessOut], operation_id="listReadiness", summary="Readiness of services")
def list_all(request: AccessRequest, query: Query[ReadinessQuery]) -> Any:
    """The most important tier first, then by name."""
    services = list_services(caller=request.caller, text=query.q, team=query.team, tier=query.tier)
    page = page_of(queryset=services.order_by("tier", "name", "pk"), query=query)
    found = readiness_of(caller=request.caller, services=page["items"], now=timezone.now())
    return {**page, "items": [summary_of(found=one) for one in found]}


@router.get(
    "/services/{name}",
    response=schemas.ReadinessDetail,
    operation_id="getReadiness",
    summary="Is it ready?",
)
def get_one(request: AccessRequest, name: str, query: Query[OneQuery]) -> Any:
    """For pipelines: `ready`, and what is `missing` with the next step for each."""
    service = get_service(caller=request.caller, name=name)
    found = readiness_of(caller=request.caller, services=[service], now=timezone.now())[0]
    items = [item_out(one) for one in found.items]
    return {**summary_of(found=found, with_review=query.with_review), "items": items}
