"""/api/v1/schedules: schedules as documents, and their overrides."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from incidents.oncall.api import bodies, schemas
from incidents.oncall.api.reader import BodyReader
from incidents.oncall.api.reading import period_asked, schedule_answer
from incidents.oncall.models import Schedule
from incidents.oncall.selectors import oncall
from incidents.oncall.selectors.schedules import list_schedules, zones_of
from incidents.oncall.selectors.schedules import schedule as get_schedule
from incidents.oncall.services import documents, overrides, schedules
from incidents.oncall.services.overrides import OverrideDraft
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.kit.instants import require_bounded
from reliability.kit.periods import Period
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.params import Instant
from reliability.web.api.revisions import IfMatch, expected_revision, tag
from reliability.web.errors import Invalid

router = Router(tags=["On call"])


class ScheduleQuery(PageQuery):
    team: Annotated[str, Field(max_length=63, description="slug of the owner")] = ""
    q: Annotated[str, Field(max_length=200, description="words in slug or title")] = ""


class ShiftsQuery(Schema):
    shifts_from: Annotated[Instant | None, Field(description="answer with the final shifts from here")] = None
    shifts_to: Annotated[Instant | None, Field(description="until here")] = None

    def period(self) -> Period | None:
        if self.shifts_from is None and self.shifts_to is None:
            return None
        if self.shifts_from is None or self.shifts_to is None:
            raise Invalid(details=[{"field": "shifts_from", "message": "give shifts_from and shifts_to together"}])
        return period_asked(start=self.shifts_from, end=self.shifts_to, start_name="shifts_from", end_name="shifts_to")


@router.get("", response=Page[schemas.ScheduleBrief], operation_id="listSchedules", summary="List schedules")
def list_all(request: AccessRequest, query: Query[ScheduleQuery]) -> Any:
    """Readable schedules by title, with who is on call now."""
    page = page_of(queryset=list_schedules(caller=request.caller, text=query.q, team=query.team), query=query)
    ids = [entry.pk for entry in page["items"]]
    now_on_call = oncall.on_call_of(schedule_ids=ids, at=timezone.now())
    zones = zones_of(schedule_ids=ids)
    items = [
        {
            "slug": entry.slug,
            "title": entry.title,
            "team": entry.team.slug,
            "time_zone": zones.get(entry.pk, "UTC"),
            "on_call": [schemas.person_out(user) for user in now_on_call[entry.pk]],
        }
        for entry in page["items"]
    ]
    return {**page, "items": items}


@router.get(
    "/{slug}", response=schemas.ScheduleOut, exclude_unset=True, operation_id="getSchedule", summary="Read a schedule"
)
def get_one(request: AccessRequest, response: HttpResponse, slug: str, query: Query[ShiftsQuery]) -> Any:
    return _answer(response, get_schedule(caller=request.caller, slug=slug), query.period())


@router.put(
    "/{slug}",
    response={200: schemas.ScheduleOut, 201: schemas.ScheduleOut},
    exclude_unset=True,
    operation_id="putSchedule",
    summary="Create or change a schedule",
)
def put_one(
    request: AccessRequest,
    response: HttpResponse,
    slug: str,
    body: bodies.SchedulePut,
    query: Query[ShiftsQuery],
    if_match: IfMatch = None,
) -> Any:
    """The whole schedule as one document; sending it again changes nothing. A new schedule holds since ever, a
    changed rotation from now on (or from effective_from): the past stays as it was."""
    period = query.period()
    if body.slug not in (None, slug):
        message = f"the address names {slug!r}: leave slug out, or send it to the address of {body.slug!r}"
        raise Invalid(details=[{"field": "slug", "message": message}])
    known = list_schedules(caller=request.caller).filter(slug=slug).first()
    expected = expected_revision(if_match=if_match, in_body=body.revision, stored=known.revision if known else 0)
    stored = documents.put(
        caller=request.caller,
        slug=slug,
        document=body.document(),
        now=timezone.now(),
        effective_from=_effective(body.effective_from),
        expected_revision=expected,
        reason=body.reason,
    )
    answer = _answer(response, stored.schedule, period)
    return Status(201 if stored.change == "added" else 200, answer)


@router.delete("/{slug}", response={204: None}, operation_id="deleteSchedule", summary="Delete a schedule")
def delete_one(
    request: AccessRequest, slug: str, reason: Annotated[str, Query(max_length=2000, description="why")] = ""
) -> Any:
    """With its history. 409 while an escalation policy names it."""
    found = get_schedule(caller=request.caller, slug=slug)
    schedules.delete(caller=request.caller, schedule=found, now=timezone.now(), reason=reason)
    return Status(204, None)


@router.get(
    "/{slug}/overrides",
    response=list[schemas.OverrideOut],
    operation_id="listOverrides",
    summary="Overrides now and ahead",
)
def list_overrides(request: AccessRequest, slug: str) -> Any:
    found = get_schedule(caller=request.caller, slug=slug)
    rows = found.overrides.filter(revoked_at=None, end_at__gt=timezone.now()).select_related("user", "replaces")
    return [schemas.override_out(override) for override in rows.order_by("start_at", "pk")]


@router.post(
    "/{slug}/overrides", response={201: schemas.OverrideOut}, operation_id="createOverride", summary="Override"
)
def create_override(request: AccessRequest, slug: str, body: bodies.OverrideBody) -> Any:
    """Somebody else for a while. Needs the role of responder."""
    found = get_schedule(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=found.team_id, role=Role.RESPONDER)
    override = overrides.create(
        caller=request.caller, schedule=found, draft=_override_draft(request, found, body), now=timezone.now()
    )
    return Status(201, schemas.override_out(override))


@router.post("/{slug}/take", response={201: schemas.OverrideOut}, operation_id="takeShift", summary="Take a shift")
def take_shift(request: AccessRequest, slug: str, body: bodies.TakeBody) -> Any:
    """Be on call oneself for a while, from now on at the earliest. A token names the person in an override."""
    found = get_schedule(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=found.team_id, role=Role.RESPONDER)
    reader = BodyReader(request.caller, found)
    period = reader.period(body.start, body.end)
    reader.refuse()
    if period is None:
        raise AssertionError  # pragma: no cover  refuse raised
    override = overrides.take(
        caller=request.caller, schedule=found, period=period, now=timezone.now(), reason=body.reason
    )
    return Status(201, schemas.override_out(override))


@router.delete(
    "/{slug}/overrides/{override_id}", response={204: None}, operation_id="revokeOverride", summary="Revoke an override"
)
def revoke_override(
    request: AccessRequest,
    slug: str,
    override_id: int,
    reason: Annotated[str, Query(max_length=2000, description="why")] = "",
) -> Any:
    """It ends now; what it did until now stays."""
    found = get_schedule(caller=request.caller, slug=slug)
    overrides.revoke(caller=request.caller, schedule=found, override_id=override_id, now=timezone.now(), reason=reason)
    return Status(204, None)


def _answer(response: HttpResponse, schedule: Schedule, period: Period | None) -> dict[str, Any]:
    tag(response, schedule.revision)
    return schedule_answer(schedule, period=period)


def _effective(given: datetime | None) -> datetime | None:
    if given is None:
        return None
    try:
        return require_bounded(given)
    except ValueError as error:
        raise Invalid(details=[{"field": "effective_from", "message": str(error)}]) from error


def _override_draft(request: AccessRequest, schedule: Schedule, body: bodies.OverrideBody) -> OverrideDraft:
    reader = BodyReader(request.caller, schedule, people=[body.user, body.replaces])
    period = reader.period(body.start, body.end)
    user_id, replaces_id = reader.person(body.user, "user"), reader.person(body.replaces, "replaces")
    reader.refuse()
    if period is None or user_id is None:
        raise AssertionError  # pragma: no cover  refuse raised
    return OverrideDraft(period, user_id, replaces_id, body.reason)
