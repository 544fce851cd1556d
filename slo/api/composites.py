"""/api/v1/composites: objectives over several others, their versions, status and history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from reliability.access.requests import AccessRequest
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.revisions import IfMatch, expected_revision, tag
from reliability.web.errors import Invalid, NotFound
from slo.api.composite_schemas import (
    CompositeAlertOut,
    CompositeCreate,
    CompositeOut,
    CompositePartIn,
    CompositeReplace,
    CompositeStatusOut,
    CompositeVersionOut,
    composite_out,
    composite_version_out,
    named,
)
from slo.api.references import service_id, team_id
from slo.api.slo_schemas import PeriodOut
from slo.api.status import At, HistoryPointOut, HistoryQuery, period_of
from slo.domain.composite_drafts import PartDraft
from slo.models import Composite, CompositeAlert, CompositePart
from slo.selectors import composites as selectors
from slo.selectors import slos
from slo.selectors.composite_alerts import alerts_of_composite
from slo.selectors.composite_history import composite_past
from slo.selectors.composite_phrases import weakest_text
from slo.selectors.composite_status import CompositeStatus, composite_status_of
from slo.selectors.history import step_for
from slo.services import composites as services
from slo.services.composites import CompositeDraft

router = Router(tags=["Composites"])


class CompositeQuery(PageQuery):
    team: Annotated[str, Field(max_length=63, description="slug of the owner")] = ""
    service: Annotated[str, Field(max_length=63)] = ""
    q: Annotated[str, Field(max_length=200, description="words in name, title or description")] = ""


class CompositeHistoryOut(Schema):
    composite: str
    window: PeriodOut = Field(description="what was read: shorter than asked for when that is too much at once")
    step_seconds: int
    points: list[HistoryPointOut]


@router.get("", response=Page[CompositeOut], operation_id="listComposites", summary="List composites")
def list_composites(request: AccessRequest, query: Query[CompositeQuery]) -> Any:
    """Readable composites by title. Their figures are computed when their status is asked for."""
    filters = selectors.CompositeFilters(team_slug=query.team, service_name=query.service, text=query.q)
    page = page_of(queryset=selectors.list_composites(caller=request.caller, filters=filters), query=query)
    newest = selectors.newest_versions(composite_ids=[one.pk for one in page["items"]])
    return {**page, "items": [composite_out(one, newest[one.pk], caller=request.caller) for one in page["items"]]}


@router.post("", response={201: CompositeOut}, operation_id="createComposite", summary="Create a composite")
def create_composite(request: AccessRequest, response: HttpResponse, body: CompositeCreate) -> Any:
    composite = services.create(
        caller=request.caller,
        draft=_draft(request, body.name, body),
        now=timezone.now(),
        reason=body.reason,
        effective_from=body.effective_from,
    )
    return Status(201, _answer(request, response, composite.name))


@router.get("/{name}", response=CompositeOut, operation_id="getComposite", summary="Read a composite")
def get_composite(request: AccessRequest, response: HttpResponse, name: str) -> Any:
    return _answer(request, response, name)


@router.put("/{name}", response=CompositeOut, operation_id="replaceComposite", summary="Replace what a composite asks")
def replace_composite(
    request: AccessRequest, response: HttpResponse, name: str, body: CompositeReplace, if_match: IfMatch = None
) -> Any:
    """A change of kind, objective, window, slices or parts makes a new version; history keeps the old for its time."""
    stored = selectors.get_composite(caller=request.caller, name=name)
    services.update(
        caller=request.caller,
        composite=stored,
        draft=_draft(request, stored.name, body, stored=stored),
        now=timezone.now(),
        reason=body.reason,
        effective_from=body.effective_from,
        expected_revision=expected_revision(if_match=if_match, in_body=body.revision, stored=stored.revision),
    )
    return _answer(request, response, stored.name)


@router.delete("/{name}", response={204: None}, operation_id="deleteComposite", summary="Delete a composite")
def delete_composite(
    request: AccessRequest, name: str, reason: Annotated[str, Query(max_length=2000, description="why")] = ""
) -> Any:
    """With its versions; the objectives it is made of stay. 409 while another composite is made of it."""
    composite = selectors.get_composite(caller=request.caller, name=name)
    services.delete(caller=request.caller, composite=composite, now=timezone.now(), reason=reason)
    return Status(204, None)


@router.get(
    "/{name}/versions",
    response=list[CompositeVersionOut],
    operation_id="listCompositeVersions",
    summary="Versions of a composite",
)
def list_versions(request: AccessRequest, name: str) -> Any:
    """What it asked for over time, newest first."""
    composite = selectors.get_composite(caller=request.caller, name=name)
    versions = selectors.versions_of(composite=composite)
    return [composite_version_out(version, caller=request.caller) for version in versions]


@router.get(
    "/{name}/alerts",
    response=Page[CompositeAlertOut],
    operation_id="listCompositeAlerts",
    summary="Burn alerts of a composite",
)
def list_alerts(request: AccessRequest, name: str, query: Query[PageQuery]) -> Any:
    """What fired: open ones first, then the newest. Each fires once, and opens an incident."""
    composite = selectors.get_composite(caller=request.caller, name=name)
    page = page_of(queryset=alerts_of_composite(composite=composite), query=query)
    return {**page, "items": [_alert_out(composite, alert) for alert in page["items"]]}


@router.get(
    "/{name}/status", response=CompositeStatusOut, operation_id="getCompositeStatus", summary="Status of a composite"
)
def get_status(request: AccessRequest, name: str, at: At = None) -> Any:
    """Budget, burn rates, the share of each part and the weakest at an instant, from the parts' stored minutes."""
    now = timezone.now()
    composite = selectors.get_composite(caller=request.caller, name=name)
    return _status_out(request, composite_status_of(composite=composite, at=at or now, now=now))


@router.get(
    "/{name}/history", response=CompositeHistoryOut, operation_id="getCompositeHistory", summary="Composite over time"
)
def get_history(request: AccessRequest, name: str, query: Query[HistoryQuery]) -> Any:
    """Its SLI in steps, each judged by the version of its time. A step without data is a gap (sli null)."""
    if query.restated:
        words = "composites are judged by the version of each time: leave it out"
        raise Invalid(details=[{"field": "restated", "message": words}])
    now = timezone.now()
    composite = selectors.get_composite(caller=request.caller, name=name)
    period = period_of(query, now)
    step = query.step or step_for(period=period)
    past = composite_past(
        composite=composite, versions=selectors.versions_of(composite=composite), period=period, step=step, now=now
    )
    return {
        "composite": composite.name,
        "window": {"start": past.period.start, "end": past.period.end},
        "step_seconds": int(step.total_seconds()),
        "points": [{name: getattr(point, name) for name in HistoryPointOut.model_fields} for point in past.points],
    }


def _alert_out(composite: Composite, alert: CompositeAlert) -> dict[str, Any]:
    names = (
        "condition", "state", "severity", "urgency", "title", "text", "numbers", "fired_at", "fire_reason",
        "resolved_at", "resolve_reason",
    )  # fmt: skip
    return {"id": alert.pk, "composite": composite.name, **{name: getattr(alert, name) for name in names}}


def _draft(
    request: AccessRequest, name: str, body: CompositeCreate | CompositeReplace, *, stored: Composite | None = None
) -> CompositeDraft:
    caller = request.caller
    return CompositeDraft(
        name=name,
        title=body.title,
        team_id=team_id(caller=caller, slug=body.team),
        kind=body.kind.value,
        objective=body.objective,
        window=body.window,
        parts=_parts(request, body.parts, stored),
        slice_minutes=body.slice_minutes,
        missing=body.missing.value,
        service_id=service_id(caller=caller, name=body.service, stored=stored.service if stored else None),
        description=body.description,
        has_page=body.has_page,
        has_ticket=body.has_ticket,
    )


def _parts(request: AccessRequest, parts: list[CompositePartIn], stored: Composite | None) -> tuple[PartDraft, ...]:
    """Parts by their names. Raises Invalid with every name that is nobody's, or not the caller's to see."""
    kept: dict[int, CompositePart] = {}
    if stored is not None:
        newest = selectors.newest_versions(composite_ids=[stored.pk])[stored.pk]
        kept = {row.pk: row for row in newest.parts.all()}
    found: list[PartDraft] = []
    mistakes: list[dict[str, Any]] = []
    for place, part in enumerate(parts):
        if sum(one is not None for one in (part.slo, part.composite, part.keep)) != 1:
            mistakes.append({"field": f"parts.{place}", "message": "name one of slo, composite and keep"})
            continue
        try:
            slo_id, nested_id = _ids_of(request, part, kept)
        except NotFound as error:
            mistakes.append({"field": f"parts.{place}", "message": error.message})
            continue
        found.append(PartDraft(slo_id, nested_id, part.weight, part.slice_target, part.group))
    if mistakes:
        raise Invalid(details=mistakes)
    return tuple(found)


def _ids_of(
    request: AccessRequest, part: CompositePartIn, kept: Mapping[int, CompositePart]
) -> tuple[int | None, int | None]:
    """The SLO or the composite that a part names. Raises NotFound."""
    if part.slo is not None:
        return slos.get_slo(caller=request.caller, name=part.slo).pk, None
    if part.composite is not None:
        return None, selectors.get_composite(caller=request.caller, name=part.composite).pk
    row = kept.get(part.keep or 0)
    if row is None:
        raise NotFound("the newest version has no part of this id: read it again")
    return row.slo_id, row.nested_id


def _answer(request: AccessRequest, response: HttpResponse, name: str) -> dict[str, Any]:
    composite = selectors.get_composite(caller=request.caller, name=name)
    tag(response, composite.revision)
    newest = selectors.newest_versions(composite_ids=[composite.pk])[composite.pk]
    return composite_out(composite, newest, caller=request.caller)


_NOBODY = {"slo": None, "composite": None, "hidden": False}


def _status_out(request: AccessRequest, status: CompositeStatus) -> dict[str, Any]:
    caller, shares, terms = request.caller, status.shares, status.terms
    weakest = status.weakest_parts
    return {
        "composite": terms.composite.name,
        "at": status.at,
        "state": status.state,
        "reason": status.state_reason,
        "kind": terms.definition.kind,
        "objective": status.objective,
        "sli": status.sli,
        "good": status.good,
        "valid": status.valid,
        "window": {"start": status.window.start, "end": status.window.end},
        "window_text": status.window_text,
        "coverage": status.coverage,
        "budget": {
            "consumed": status.budget.consumed,
            "remaining": status.budget.remaining,
            "remaining_minutes": status.budget.remaining_minutes,
        },
        "burn_rates": status.burn_rates,
        "forecast_exhausted_at": status.forecast_exhausted_at,
        "forecast_reason": status.forecast_reason,
        "weakest": {
            **(named(weakest[0].row, caller=caller) if weakest else _NOBODY),
            "tied": [named(part.row, caller=caller) for part in weakest[1:]],
            "reason": status.weakest.reason.value,
            "text": weakest_text(status, caller=caller),
        },
        "shares": None
        if shares is None
        else {
            "parts": [
                {
                    **named(part.row, caller=caller),
                    "bad": float(share.own.bad),
                    "consumed": float(share.own.consumed),
                    "of_spent": None if share.own.of_spent is None else float(share.own.of_spent),
                    "bad_slices": share.slices,
                }
                for part, share in zip(terms.parts, shares.parts, strict=True)
            ],
            "several_at_once": float(shares.together.consumed),
            "total": float(shares.total.consumed),
        },
        "version": terms.version.pk,
        "warnings": list(status.warnings),
    }
