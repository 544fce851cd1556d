"""/api/v1/slis: indicators and their versions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.telemetry.domain.specs import describe_spec
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.params import Name
from reliability.web.api.revisions import IfMatch, expected_revision, tag
from slo.api.references import Hidden, hidden, service_id, source_id, team_id
from slo.api.slo_schemas import Labels, PeriodOut
from slo.models import Sli
from slo.selectors import series, slis
from slo.selectors.errors import error_words
from slo.services import slis as sli_services
from slo.services.slis import SliDraft

router = Router(tags=["SLIs"])

Spec = Annotated[
    dict[str, Any],
    Field(
        description=(
            'what is measured, by kind: {"kind": "ratio", "good": Q, "valid": Q} (or bad in place of either), '
            '{"kind": "raw_ratio", "success": Q} (or failure), {"kind": "latency", "metric": Q, '
            '"threshold_seconds": 0.3, "histogram": "classic"}, {"kind": "boolean", "query": Q}, '
            '{"kind": "threshold", "query": Q, "op": "lt", "value": 0.5}, {"kind": "pushed"}'
        ),
        examples=[
            {
                "kind": "ratio",
                "good": 'http_requests_total{job="shop", code!~"5.."}',
                "valid": 'http_requests_total{job="shop"}',
            }
        ],
    ),
]


class SliFields(Schema):
    model_config = ConfigDict(extra="forbid")

    team: Annotated[str, Field(max_length=63)]
    spec: Spec
    title: Annotated[str, Field(max_length=160)] = ""
    description: Annotated[str, Field(max_length=10_000)] = ""
    service: Annotated[str | None, Field(max_length=63)] = None
    labels: Labels = Field(default_factory=dict)


class SliCreate(SliFields):
    name: Name
    source: Annotated[str, Field(max_length=63, description="name of the telemetry source")]
    reason: Annotated[str, Field(max_length=2000)] = ""


class SliReplace(SliFields):
    source: Annotated[
        str | None, Field(max_length=63, description="null leaves a source that is private to another team as it is")
    ]
    revision: Annotated[int | None, Field(description="the revision this edit was made from; 409 when it is old")] = (
        None
    )
    reason: Annotated[str, Field(max_length=2000)] = ""


class SliPatch(Schema):
    """Any of the fields; those left out stay."""

    model_config = ConfigDict(extra="forbid")

    team: Annotated[str, Field(max_length=63)] = ""
    source: Annotated[str | None, Field(max_length=63)] = None
    spec: Spec = Field(default_factory=dict)
    title: Annotated[str, Field(max_length=160)] = ""
    description: Annotated[str, Field(max_length=10_000)] = ""
    service: Annotated[str | None, Field(max_length=63)] = None
    labels: Labels = Field(default_factory=dict)
    revision: int | None = None
    reason: Annotated[str, Field(max_length=2000)] = ""


class SliOut(Schema):
    name: str
    title: str
    description: str
    team: str
    service: str | None
    source: str | None
    hidden: Hidden
    spec: dict[str, Any]
    measures: str = Field(description="the measurement in words")
    labels: dict[str, Any]
    revision: int
    slo_count: int = Field(description="SLOs you may see that measure by it")
    collected_until: datetime | None = Field(description="end of the newest minute read from the source")
    collected_at: datetime | None
    last_error: str = Field(description="why the newest collection failed; empty when it did not")
    last_error_at: datetime | None
    faulty_minutes: int = Field(description="minutes refused because good exceeded valid, or a count was no number")
    unread: PeriodOut | None = Field(
        description="the newest stretch that could not be read from the source and was passed over; null when none was"
    )
    created_at: datetime
    updated_at: datetime


class SeriesOut(Schema):
    """What is stored. period is null when nothing is."""

    period: PeriodOut | None
    minutes: int = Field(description="measured minutes")
    good: float
    valid: float


class SliDetailOut(SliOut):
    series: SeriesOut


class SliVersionOut(Schema):
    """What the SLI measured from `effective_from` on."""

    id: int
    effective_from: datetime
    source: str | None = Field(description="null: private to another team")
    spec: dict[str, Any]
    measures: str
    author: str
    reason: str
    created_at: datetime


class SliQuery(PageQuery):
    team: Annotated[str, Field(max_length=63)] = ""
    service: Annotated[str, Field(max_length=63)] = ""
    source: Annotated[str, Field(max_length=63)] = ""
    q: Annotated[str, Field(max_length=200, description="words in name, title or description")] = ""


@router.get("", response=Page[SliOut], operation_id="listSlis", summary="List SLIs")
def list_slis(request: AccessRequest, query: Query[SliQuery]) -> Any:
    filters = slis.SliFilters(team_slug=query.team, service_name=query.service, source_name=query.source, text=query.q)
    page = page_of(queryset=slis.list_slis(caller=request.caller, filters=filters), query=query)
    return {**page, "items": [_sli_out(request, sli) for sli in page["items"]]}


@router.post("", response={201: SliDetailOut}, operation_id="createSli", summary="Create an SLI")
def create_sli(request: AccessRequest, response: HttpResponse, body: SliCreate) -> Any:
    """It is measured from the next minute on; a backfill reads its past."""
    draft = _draft(request, body.name, body)
    sli = sli_services.create(caller=request.caller, draft=draft, now=timezone.now(), reason=body.reason)
    return Status(201, _answer(request, response, sli.name))


@router.get("/{name}", response=SliDetailOut, operation_id="getSli", summary="Read an SLI")
def get_sli(request: AccessRequest, response: HttpResponse, name: str) -> Any:
    return _answer(request, response, name)


@router.put("/{name}", response=SliDetailOut, operation_id="replaceSli", summary="Replace an SLI's definition")
def replace_sli(
    request: AccessRequest, response: HttpResponse, name: str, body: SliReplace, if_match: IfMatch = None
) -> Any:
    """A change of source or spec makes a new version from now on; the stored minutes stay."""
    sli = slis.get_sli(caller=request.caller, name=name)
    return _update(request, response, sli, _draft(request, sli.name, body, stored=sli), body, if_match)


@router.patch("/{name}", response=SliDetailOut, operation_id="changeSli", summary="Change some fields of an SLI")
def change_sli(
    request: AccessRequest, response: HttpResponse, name: str, body: SliPatch, if_match: IfMatch = None
) -> Any:
    sli = slis.get_sli(caller=request.caller, name=name)
    given = body.model_dump(exclude_unset=True, exclude={"revision", "reason"})
    changes: dict[str, Any] = {key: value for key, value in given.items() if key not in ("team", "service", "source")}
    if "team" in given:
        changes["team_id"] = team_id(caller=request.caller, slug=given["team"])
    if "service" in given:
        changes["service_id"] = service_id(caller=request.caller, name=given["service"], stored=sli.service)
    if "source" in given:
        changes["source_id"] = source_id(caller=request.caller, name=given["source"], stored=sli.source)
    return _update(request, response, sli, replace(sli_services.draft_of(sli=sli), **changes), body, if_match)


@router.delete("/{name}", response={204: None}, operation_id="deleteSli", summary="Delete an SLI and its series")
def delete_sli(
    request: AccessRequest, name: str, reason: Annotated[str, Query(max_length=2000, description="why")] = ""
) -> Any:
    """Refused while an SLO measures by it."""
    sli = slis.get_sli(caller=request.caller, name=name)
    sli_services.delete(caller=request.caller, sli=sli, now=timezone.now(), reason=reason)
    return Status(204, None)


@router.get(
    "/{name}/versions", response=list[SliVersionOut], operation_id="listSliVersions", summary="Versions of an SLI"
)
def list_versions(request: AccessRequest, name: str) -> Any:
    """What it measured over time, newest first."""
    sli = slis.get_sli(caller=request.caller, name=name)
    return [
        {
            "id": version.pk,
            "effective_from": version.effective_from,
            "source": source.name if source else None,
            "spec": version.spec,
            "measures": describe_spec(version.spec),
            "author": version.author_name,
            "reason": version.reason,
            "created_at": version.created_at,
        }
        for version in slis.versions_of(sli=sli)
        for source in (visible(caller=request.caller, related=version.source),)
    ]


def _draft(request: AccessRequest, name: str, body: SliCreate | SliReplace, *, stored: Sli | None = None) -> SliDraft:
    caller = request.caller
    return SliDraft(
        name=name,
        team_id=team_id(caller=caller, slug=body.team),
        source_id=source_id(caller=caller, name=body.source, stored=stored.source if stored else None),
        spec=body.spec,
        title=body.title,
        description=body.description,
        service_id=service_id(caller=caller, name=body.service, stored=stored.service if stored else None),
        labels=dict(body.labels),
    )


def _update(
    request: AccessRequest,
    response: HttpResponse,
    sli: Sli,
    draft: SliDraft,
    body: SliReplace | SliPatch,
    if_match: str | None,
) -> Any:
    expected = expected_revision(if_match=if_match, in_body=body.revision, stored=sli.revision)
    sli_services.update(
        caller=request.caller,
        sli=sli,
        draft=draft,
        now=timezone.now(),
        reason=body.reason,
        expected_revision=expected,
    )
    return _answer(request, response, sli.name)


def _answer(request: AccessRequest, response: HttpResponse, name: str) -> dict[str, Any]:
    sli = slis.get_sli(caller=request.caller, name=name)
    tag(response, sli.revision)
    extent = series.extent_of(sli=sli)
    period = {"start": extent.period.start, "end": extent.period.end} if extent.period else None
    stored = {"period": period, "minutes": extent.minutes, "good": extent.good, "valid": extent.valid}
    return {**_sli_out(request, sli), "series": stored}


def _sli_out(request: AccessRequest, sli: Sli) -> dict[str, Any]:
    caller = request.caller
    service = visible(caller=caller, related=sli.service)
    source = visible(caller=caller, related=sli.source)
    return {
        "name": sli.name,
        "title": sli.title,
        "description": sli.description,
        "team": sli.team.slug,
        "service": service.name if service else None,
        "source": source.name if source else None,
        "hidden": hidden(caller=caller, service=sli.service, source=sli.source),
        "spec": sli.spec,
        "measures": describe_spec(sli.spec),
        "labels": sli.labels,
        "revision": sli.revision,
        "slo_count": sli.slo_count,  # type: ignore[attr-defined]  # annotated by the selector
        "collected_until": sli.collected_until,
        "collected_at": sli.collected_at,
        "last_error": error_words(caller=caller, source=sli.source, error=sli.last_error),
        "last_error_at": sli.last_error_at,
        "faulty_minutes": sli.faulty_minutes,
        "unread": {"start": sli.unread_from_at, "end": sli.unread_until_at} if sli.unread_from_at else None,
        "created_at": sli.created_at,
        "updated_at": sli.updated_at,
    }
