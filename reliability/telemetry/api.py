"""/api/v1/sources: where counts come from."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.telemetry.models import Source
from reliability.telemetry.selectors import sources as selectors
from reliability.telemetry.services import sources
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.params import Name

router = Router(tags=["Sources"])

Kind = Literal["prometheus", "counts"]
_SETTINGS: Any = Field(
    default_factory=dict,
    description="prometheus: url, auth (none, basic, bearer), username, ca_bundle, read_seconds, gap_seconds, "
    "concurrency, points_max; counts: nothing",
    examples=[{"url": "http://prometheus.internal:9090", "auth": "bearer"}],
)
_SECRETS: Any = Field(
    default_factory=dict,
    description="prometheus: password, token, headers (one `Name: value` a line). Stored encrypted, never answered. "
    "When changing: absent or empty keeps what is stored, null forgets it",
    examples=[{"token": "…"}],
)


class HealthOut(Schema):
    state: Literal["healthy", "degraded", "failing", "unknown"]
    words: str
    checked_at: datetime | None
    answered_at: datetime | None
    latency_seconds: float | None = Field(description="mean time of one request when last asked")
    failures_in_a_row: int
    open_until: datetime | None = Field(description="not asked before this instant, after too many failures")
    last_error: str
    warnings: list[str]


class SourceOut(Schema):
    name: str
    title: str
    team: str
    kind: Kind
    settings: dict[str, Any]
    stored_secrets: list[str] = Field(description="names of the credentials that are stored; their values stay secret")
    health: HealthOut
    created_at: datetime
    updated_at: datetime


class SourceIn(Schema):
    name: Name
    title: str = Field("", max_length=120, examples=["Production metrics"])
    team: str = Field(max_length=63, description="slug of the owner", examples=["payments"])
    kind: Kind
    settings: dict[str, Any] = _SETTINGS
    secrets: dict[str, str | None] = _SECRETS
    reason: str = Field("", max_length=500, description="why, for the audit trail")


class SourcePatch(Schema):
    """What is absent stays; settings are replaced one by one."""

    title: str | None = Field(None, max_length=120)
    team: str | None = Field(None, max_length=63)
    settings: dict[str, Any] = _SETTINGS
    secrets: dict[str, str | None] = _SECRETS
    reason: str = Field("", max_length=500, description="why, for the audit trail")


class SourceQuery(PageQuery):
    q: str = Field("", max_length=120, description="part of name or title")
    team: str = Field("", max_length=63, description="slug")
    kind: Kind | None = None


class TestOut(Schema):
    is_success: bool
    reason: str | None = Field(description="why not, for programs", examples=["connection_refused"])
    message: str
    facts: dict[str, str] = Field(description="what the server tells of itself")
    advice: list[str] = Field(description="what to look at although it answers")
    warnings: list[str]
    latency_seconds: float | None


@router.get("", response=Page[SourceOut], operation_id="listSources", summary="Sources")
def list_sources(request: AccessRequest, query: Query[SourceQuery]) -> dict[str, Any]:
    found = selectors.list_sources(caller=request.caller, text=query.q, team=query.team, kind=query.kind or "")
    page = page_of(queryset=found.defer(None), query=query)
    now = timezone.now()
    return {**page, "items": [_source(source, now) for source in page["items"]]}


@router.post("", response={201: SourceOut}, operation_id="createSource", summary="Create a source")
def create_source(request: AccessRequest, body: SourceIn) -> Status[dict[str, Any]]:
    now = timezone.now()
    fields = body.model_dump()
    fields["team"] = team_named(caller=request.caller, slug=body.team)
    return Status(201, _source(sources.create(caller=request.caller, **fields, now=now), now))


@router.get("/{name}", response=SourceOut, operation_id="getSource", summary="A source")
def get_source(request: AccessRequest, name: str) -> dict[str, Any]:
    return _source(selectors.source(caller=request.caller, name=name), timezone.now())


@router.patch("/{name}", response=SourceOut, operation_id="changeSource", summary="Change a source")
def change_source(request: AccessRequest, name: str, body: SourcePatch) -> dict[str, Any]:
    """A new address asks for the credentials again: stored ones are not sent elsewhere."""
    source = selectors.source(caller=request.caller, name=name)
    now = timezone.now()
    changed = sources.update(
        caller=request.caller,
        source=source,
        title=body.title,
        team=None if body.team is None else team_named(caller=request.caller, slug=body.team),
        settings={**source.settings, **body.settings},
        secrets=body.secrets,
        reason=body.reason,
        now=now,
    )
    return _source(changed, now)


@router.delete(
    "/{name}", response={204: None}, operation_id="deleteSource", summary="Delete a source that nothing measures from"
)
def delete_source(request: AccessRequest, name: str) -> Status[None]:
    source = selectors.source(caller=request.caller, name=name)
    sources.delete(caller=request.caller, source=source, now=timezone.now())
    return Status(204, None)


@router.post("/{name}/test", response=TestOut, operation_id="testSource", summary="Test the connection")
def test_source(request: AccessRequest, name: str) -> dict[str, Any]:
    """Asks the source now, also while it is left alone after failures; a failed test is an answer, not an error."""
    source = selectors.source(caller=request.caller, name=name)
    result = sources.test_connection(caller=request.caller, source=source, now=timezone.now())
    return {
        "is_success": result.is_success,
        "reason": result.reason,
        "message": result.message,
        "facts": dict(result.facts),
        "advice": list(result.advice),
        "warnings": list(result.warnings),
        "latency_seconds": result.latency_seconds,
    }


def _source(source: Source, now: datetime) -> dict[str, Any]:
    health = selectors.source_health(source=source, now=now)
    return {
        "name": source.name,
        "title": source.title,
        "team": source.team.slug,
        "kind": source.kind,
        "settings": source.settings,
        "stored_secrets": selectors.secret_names(source),
        "health": {
            "state": health.state,
            "words": health.words,
            "checked_at": source.checked_at,
            "answered_at": source.answered_at,
            "latency_seconds": source.latency_seconds,
            "failures_in_a_row": source.failures_in_a_row,
            "open_until": source.open_until,
            "last_error": source.last_error,
            "warnings": source.warnings,
        },
        "created_at": source.created_at,
        "updated_at": source.updated_at,
    }
