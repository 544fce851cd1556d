"""/api/v1/chaos/resilience: how well services withstood what was tried on them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from chaos.runs.selectors.resilience import ServiceResilience, resilience_of
from reliability.access.requests import AccessRequest
from reliability.catalog.selectors.services import list_services, service
from reliability.web.api.paging import Page, PageQuery, page_of

router = Router(tags=["Chaos runs"])


class ResilienceQuery(PageQuery):
    team: Annotated[str, Field(max_length=63, description="slug")] = ""


class LayerOut(Schema):
    layer: str = Field(examples=["component"])
    score: float | None = Field(description="0 to 1; null: nothing was tried there that counts, which is no success")
    runs: int
    last_at: datetime | None


class ResilienceOut(Schema):
    service: str
    team: str
    score: float | None = Field(description="0 to 1, weighted, half as much for every 90 days of age; null: untried")
    runs: int = Field(description="that count: of the last year, ended with a score")
    coverage: float = Field(description="share of the layers that were tried")
    layers: list[LayerOut]


@router.get("", response=Page[ResilienceOut], operation_id="listResilience", summary="Resilience of services")
def list_resilience(request: AccessRequest, query: Query[ResilienceQuery]) -> Any:
    """Readable services by name, by the runs that the caller may see."""
    page = page_of(queryset=list_services(caller=request.caller, team=query.team), query=query)
    found = resilience_of(caller=request.caller, services=page["items"], now=timezone.now())
    return {**page, "items": [_out(one) for one in found]}


@router.get("/{name}", response=ResilienceOut, operation_id="getResilience", summary="Resilience of one service")
def get_resilience(request: AccessRequest, name: str) -> Any:
    one = service(caller=request.caller, name=name)
    return _out(resilience_of(caller=request.caller, services=[one], now=timezone.now())[0])


def _out(one: ServiceResilience) -> dict[str, Any]:
    return {
        "service": one.service.name,
        "team": one.service.team.slug,
        "score": one.found.score,
        "runs": one.found.runs,
        "coverage": one.found.coverage,
        "layers": [
            {"layer": layer.layer, "score": layer.score, "runs": layer.runs, "last_at": layer.last_at}
            for layer in one.found.layers
        ],
    }
