"""/api/v1/services: the catalogue and its dependencies."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.catalog.models import Service
from reliability.catalog.selectors import services as selectors
from reliability.catalog.selectors.dependencies import Direction, dependencies_of
from reliability.catalog.services import dependencies, services
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.params import Name

router = Router(tags=["Catalogue"])

LayerWord = Literal["region", "zone", "cluster", "pod", "node", "process", "component"]
Kind = Literal["hard", "soft"]


class LinkSchema(Schema):
    title: str = Field(min_length=1, max_length=120, examples=["Dashboard"])
    url: str = Field(max_length=500, examples=["https://grafana.example.org/d/checkout"])


class ServiceOut(Schema):
    name: str
    title: str
    team: str
    tier: int = Field(description="1 critical … 4 internal")
    layer: LayerWord
    description: str
    runbook_url: str
    links: list[LinkSchema]
    labels: dict[str, str]
    created_at: datetime
    updated_at: datetime


class ServiceIn(Schema):
    name: Name
    title: str = Field(min_length=1, max_length=120, examples=["Checkout"])
    team: str = Field(max_length=63, description="slug of the owner", examples=["payments"])
    tier: int = Field(3, ge=1, le=4, description="1 critical … 4 internal")
    layer: LayerWord = "component"
    description: str = Field("", max_length=10_000)
    runbook_url: str = Field("", max_length=500, description="http or https")
    links: list[LinkSchema] = Field(default_factory=list, max_length=50)
    labels: dict[str, str] = Field(default_factory=dict)
    reason: str = Field("", max_length=500, description="why, for the audit trail")


class ServicePatch(Schema):
    """What is absent stays."""

    title: str | None = Field(None, min_length=1, max_length=120)
    team: str | None = Field(None, max_length=63)
    tier: int | None = Field(None, ge=1, le=4)
    layer: LayerWord | None = None
    description: str | None = Field(None, max_length=10_000)
    runbook_url: str | None = Field(None, max_length=500)
    links: list[LinkSchema] | None = Field(None, max_length=50)
    labels: dict[str, str] | None = None
    reason: str = Field("", max_length=500, description="why, for the audit trail")


class ServiceQuery(PageQuery):
    q: str = Field("", max_length=120, description="part of name, title or description")
    team: str = Field("", max_length=63, description="slug")
    tier: int | None = Field(None, ge=1, le=4)
    layer: LayerWord | None = None


class DependencyOut(Schema):
    service: str
    kind: Kind = Field(description="hard: fails without it; soft: degrades")


class DirectionOut(Schema):
    services: list[DependencyOut]
    hidden_count: int = Field(description="services of private teams that you may not see")


class DependenciesOut(Schema):
    needs: DirectionOut
    needed_by: DirectionOut


class DependencyIn(Schema):
    kind: Kind = "hard"
    reason: str = Field("", max_length=500)


@router.get("", response=Page[ServiceOut], operation_id="listServices", summary="Services")
def list_services(request: AccessRequest, query: Query[ServiceQuery]) -> dict[str, Any]:
    found = selectors.list_services(
        caller=request.caller, text=query.q, team=query.team, tier=query.tier, layer=query.layer or ""
    )
    page = page_of(queryset=found, query=query)
    return {**page, "items": [_service(service) for service in page["items"]]}


@router.post("", response={201: ServiceOut}, operation_id="createService", summary="Create a service")
def create_service(request: AccessRequest, body: ServiceIn) -> Status[dict[str, Any]]:
    fields = body.model_dump()
    fields["team"] = team_named(caller=request.caller, slug=body.team)
    service = services.create(caller=request.caller, **fields, now=timezone.now())
    return Status(201, _service(service))


@router.get("/{name}", response=ServiceOut, operation_id="getService", summary="A service")
def get_service(request: AccessRequest, name: str) -> dict[str, Any]:
    return _service(selectors.service(caller=request.caller, name=name))


@router.patch("/{name}", response=ServiceOut, operation_id="changeService", summary="Change a service")
def change_service(request: AccessRequest, name: str, body: ServicePatch) -> dict[str, Any]:
    service = selectors.service(caller=request.caller, name=name)
    fields = body.model_dump(exclude={"reason"}, exclude_none=True)
    if body.team is not None:
        fields["team"] = team_named(caller=request.caller, slug=body.team)
    changed = services.change(
        caller=request.caller, service=service, fields=fields, reason=body.reason, now=timezone.now()
    )
    return _service(changed)


@router.delete(
    "/{name}", response={204: None}, operation_id="deleteService", summary="Delete a service that nothing uses"
)
def delete_service(request: AccessRequest, name: str) -> Status[None]:
    service = selectors.service(caller=request.caller, name=name)
    services.delete(caller=request.caller, service=service, now=timezone.now())
    return Status(204, None)


@router.get(
    "/{name}/dependencies",
    response=DependenciesOut,
    operation_id="getServiceDependencies",
    summary="What a service needs, and what needs it",
)
def get_dependencies(request: AccessRequest, name: str) -> dict[str, Any]:
    """Direct dependencies, as far as you may see the other end."""
    found = dependencies_of(caller=request.caller, service=selectors.service(caller=request.caller, name=name))
    return {"needs": _direction(found.needs), "needed_by": _direction(found.needed_by)}


@router.put(
    "/{name}/dependencies/{needs}",
    response=DependencyOut,
    operation_id="setServiceDependency",
    summary="Say that a service needs another",
)
def set_dependency(request: AccessRequest, name: str, needs: str, body: DependencyIn) -> dict[str, Any]:
    """Adds the dependency or changes its kind. 409 with the cycle it would close."""
    dependency = dependencies.set_dependency(
        caller=request.caller,
        service=selectors.service(caller=request.caller, name=name),
        needs=selectors.service(caller=request.caller, name=needs),
        is_hard=body.kind == "hard",
        reason=body.reason,
        now=timezone.now(),
    )
    return {"service": needs, "kind": "hard" if dependency.is_hard else "soft"}


@router.delete(
    "/{name}/dependencies/{needs}",
    response={204: None},
    operation_id="removeServiceDependency",
    summary="Remove a dependency",
)
def remove_dependency(request: AccessRequest, name: str, needs: str) -> Status[None]:
    service = selectors.service(caller=request.caller, name=name)
    dependencies.remove_dependency(caller=request.caller, service=service, needs_name=needs, now=timezone.now())
    return Status(204, None)


def _service(service: Service) -> dict[str, Any]:
    return {
        "name": service.name,
        "title": service.title,
        "team": service.team.slug,
        "tier": service.tier,
        "layer": service.layer,
        "description": service.description,
        "runbook_url": service.runbook_url,
        "links": service.links,
        "labels": service.labels,
        "created_at": service.created_at,
        "updated_at": service.updated_at,
    }


def _direction(direction: Direction) -> dict[str, Any]:
    shown = [
        {"service": direct.service.name, "kind": "hard" if direct.is_hard else "soft"} for direct in direction.direct
    ]
    return {"services": shown, "hidden_count": direction.hidden_count}
