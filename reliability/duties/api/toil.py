"""/api/v1/toil: hours of manual, repetitive work."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from reliability.access.domain.caller import Role
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.access.services.authorize import require
from reliability.duties.api import schemas
from reliability.duties.api.duties import service_id_of
from reliability.duties.domain.toil import by_week, weeks_until
from reliability.duties.models import ToilEntry
from reliability.duties.selectors import toil as selectors
from reliability.duties.selectors.toil import ToilFilters
from reliability.duties.services import toil
from reliability.duties.services.toil import ToilDraft
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.revisions import IfMatch, expected_revision, tag

router = Router(tags=["Toil"])


class ToilQuery(PageQuery):
    q: Annotated[str, Field(max_length=200)] = ""
    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    service: Annotated[str, Field(max_length=63)] = ""
    category: schemas.CategoryName | None = None
    since: Annotated[date | None, Field(description="first day")] = None
    until: Annotated[date | None, Field(description="the day after the last")] = None


class SummaryQuery(PageQuery):
    weeks: Annotated[int, Field(ge=1, le=104)] = 12


@router.get("", response=Page[schemas.ToilOut], operation_id="listToil", summary="List toil")
def list_all(request: AccessRequest, query: Query[ToilQuery]) -> Any:
    """The newest day first."""
    filters = ToilFilters(query.q, query.team, query.service, query.category or "", query.since, query.until)
    page = page_of(queryset=selectors.list_toil(caller=request.caller, filters=filters), query=query)
    return {**page, "items": [_out(request, one) for one in page["items"]]}


@router.post("", response={201: schemas.ToilOut}, operation_id="writeToil", summary="Write down toil")
def create(request: AccessRequest, response: HttpResponse, body: schemas.ToilCreate) -> Any:
    team = team_named(caller=request.caller, slug=body.team)
    require(caller=request.caller, team_id=team.pk, role=Role.RESPONDER)
    made = toil.write(caller=request.caller, team_id=team.pk, draft=_draft(team.pk, body), now=timezone.now())
    return Status(201, _answer(request, response, made.pk))


@router.get(
    "/teams/{slug:slug}", response=schemas.ToilSummary, operation_id="getToilOfTeam", summary="Hours of a team by week"
)
def summary(request: AccessRequest, slug: str, query: Query[SummaryQuery]) -> Any:
    """The last week is the one that runs."""
    team = team_named(caller=request.caller, slug=slug)
    capacity, is_reckoned = selectors.capacities(teams=[team])[team.pk]
    mondays = weeks_until(day=timezone.now().date(), count=query.weeks)
    rows = selectors.spent(caller=request.caller, filters=ToilFilters(team_slug=slug, since=mondays[0]))
    weeks = by_week(spent=rows, mondays=mondays, capacity=capacity)
    return {
        "team": team.slug,
        "capacity": capacity,
        "is_capacity_reckoned": is_reckoned,
        "weeks": [
            {"monday": one.monday, "hours": one.hours, "share": one.share, "by_category": dict(one.by_category)}
            for one in weeks
        ],
    }


@router.put("/teams/{slug:slug}/capacity", response={204: None}, operation_id="setToilCapacity", summary="Hours a week")
def set_capacity(request: AccessRequest, slug: str, body: schemas.CapacityBody) -> Any:
    """What the share of toil is measured against."""
    team = team_named(caller=request.caller, slug=slug)
    toil.set_capacity(caller=request.caller, team=team, hours_per_week=body.hours_per_week, now=timezone.now())
    return Status(204, None)


@router.get("/{int:pk}", response=schemas.ToilOut, operation_id="getToil", summary="Read an entry")
def get_one(request: AccessRequest, response: HttpResponse, pk: int) -> Any:
    return _answer(request, response, pk)


@router.put("/{int:pk}", response=schemas.ToilOut, operation_id="putToil", summary="Correct an entry")
def put(
    request: AccessRequest, response: HttpResponse, pk: int, body: schemas.ToilPut, if_match: IfMatch = None
) -> Any:
    """By whoever wrote it, or an editor of the team."""
    entry = _writable(request, pk)
    toil.correct(
        caller=request.caller,
        entry=entry,
        draft=_draft(entry.team_id, body),
        expected_revision=expected_revision(if_match=if_match, in_body=body.revision, stored=entry.revision),
        now=timezone.now(),
    )
    return _answer(request, response, pk)


@router.delete("/{int:pk}", response={204: None}, operation_id="deleteToil", summary="Delete an entry")
def delete(request: AccessRequest, pk: int) -> Any:
    """By whoever wrote it, or an editor of the team."""
    toil.remove(caller=request.caller, entry=_writable(request, pk), now=timezone.now())
    return Status(204, None)


def _writable(request: AccessRequest, pk: int) -> ToilEntry:
    entry = selectors.toil_entry(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=entry.team_id, role=Role.RESPONDER)
    return entry


def _draft(team_id: int, body: schemas.ToilBody) -> ToilDraft:
    day = body.day or timezone.now().date()
    return ToilDraft(body.what, body.hours, body.category, day, service_id_of(team_id, body.service))


def _answer(request: AccessRequest, response: HttpResponse, pk: int) -> dict[str, Any]:
    entry = selectors.toil_entry(caller=request.caller, pk=pk)
    tag(response, entry.revision)
    return _out(request, entry)


def _out(request: AccessRequest, entry: ToilEntry) -> dict[str, Any]:
    service = visible(caller=request.caller, related=entry.service)
    return {
        "id": entry.pk,
        "team": entry.team.slug,
        "service": service.name if service else None,
        **{name: getattr(entry, name) for name in ("day", "hours", "category", "what", "revision")},
        "by": entry.by_name,
    }
