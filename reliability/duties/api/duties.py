"""/api/v1/duties: what recurs, when it is due, and its log."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from reliability.access.domain.caller import Role
from reliability.access.domain.visible import visible
from reliability.access.models import Membership
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.duties.api import schemas
from reliability.duties.domain.drafts import DutyDraft
from reliability.duties.domain.kinds import Outcome
from reliability.duties.models import Duty, DutyEntry
from reliability.duties.selectors import duties as selectors
from reliability.duties.selectors.duties import DutyFilters
from reliability.duties.services import duties, entries
from reliability.duties.services.entries import EntryDraft
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.revisions import IfMatch, expected_revision, tag
from reliability.web.errors import Invalid

router = Router(tags=["Duties"])


class DutyQuery(PageQuery):
    q: Annotated[str, Field(max_length=200)] = ""
    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    service: Annotated[str, Field(max_length=63)] = ""
    kind: schemas.DutyKindName | None = None
    due: Literal["overdue", "coming", "off"] | None = None


@router.get("", response=Page[schemas.DutyOut], operation_id="listDuties", summary="List duties")
def list_all(request: AccessRequest, query: Query[DutyQuery]) -> Any:
    """The next due first; those that are switched off last."""
    now = timezone.now()
    filters = DutyFilters(query.q, query.team, query.service, query.kind or "", query.due or "")
    page = page_of(queryset=selectors.list_duties(caller=request.caller, filters=filters, now=now), query=query)
    return {**page, "items": [_out(request, one) for one in page["items"]]}


@router.post("", response={201: schemas.DutyOut}, operation_id="createDuty", summary="Write down a duty")
def create(request: AccessRequest, response: HttpResponse, body: schemas.DutyCreate) -> Any:
    team = team_named(caller=request.caller, slug=body.team)
    require(caller=request.caller, team_id=team.pk, role=Role.EDITOR)
    draft = DutyDraft(**body.given(), **_looked_up(team.pk, body))
    made = duties.create(caller=request.caller, team_id=team.pk, draft=draft, now=timezone.now())
    return Status(201, _answer(request, response, made.pk))


@router.get("/{int:pk}", response=schemas.DutyOut, operation_id="getDuty", summary="Read a duty")
def get_one(request: AccessRequest, response: HttpResponse, pk: int) -> Any:
    return _answer(request, response, pk)


@router.patch("/{int:pk}", response=schemas.DutyOut, operation_id="changeDuty", summary="Change a duty")
def change(
    request: AccessRequest, response: HttpResponse, pk: int, body: schemas.DutyChange, if_match: IfMatch = None
) -> Any:
    """What is absent stays; service null takes it away."""
    found = _writable(request, pk, Role.EDITOR)
    duties.edit(
        caller=request.caller,
        duty=found,
        values=body.given() | _looked_up(found.team_id, body),
        expected_revision=expected_revision(if_match=if_match, in_body=body.revision, stored=found.revision),
        now=timezone.now(),
    )
    return _answer(request, response, pk)


@router.delete("/{int:pk}", response={204: None}, operation_id="deleteDuty", summary="Delete a duty and its log")
def delete(request: AccessRequest, pk: int) -> Any:
    duties.remove(caller=request.caller, duty=_writable(request, pk, Role.EDITOR), now=timezone.now())
    return Status(204, None)


@router.get("/{int:pk}/log", response=Page[schemas.EntryOut], operation_id="listDutyLog", summary="Log of a duty")
def list_log(request: AccessRequest, pk: int, query: Query[PageQuery]) -> Any:
    """The newest first."""
    found = selectors.duty(caller=request.caller, pk=pk)
    page = page_of(queryset=selectors.log_of(duty=found), query=query)
    return {**page, "items": [_entry_out(one) for one in page["items"]]}


@router.post("/{int:pk}/log", response={201: schemas.EntryOut}, operation_id="endDuty", summary="Done, or skipped")
def end(request: AccessRequest, pk: int, body: schemas.EntryBody) -> Any:
    """The occurrence that is open ends, and the next is due."""
    found = _writable(request, pk, Role.RESPONDER)
    act = entries.skip if Outcome(body.outcome) is Outcome.SKIPPED else entries.done
    draft = EntryDraft(body.note, body.evidence_url, body.minutes, body.for_due_at)
    return Status(201, _entry_out(act(caller=request.caller, duty=found, draft=draft, now=timezone.now())))


def _writable(request: AccessRequest, pk: int, role: Role) -> Duty:
    found = selectors.duty(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=found.team_id, role=role)
    return found


def _answer(request: AccessRequest, response: HttpResponse, pk: int) -> dict[str, Any]:
    found = selectors.duty(caller=request.caller, pk=pk)
    tag(response, found.revision)
    return _out(request, found)


def _out(request: AccessRequest, duty: Duty) -> dict[str, Any]:
    names = ("kind", "title", "instructions", "link_url", "every", "every_count", "cron", "zone", "due_at")
    service = visible(caller=request.caller, related=duty.service)
    return {
        "id": duty.pk,
        "team": duty.team.slug,
        "service": service.name if service else None,
        **{name: getattr(duty, name) for name in (*names, "remind_days", "responsible", "is_enabled", "revision")},
        "is_overdue": duty.is_enabled and duty.due_at <= timezone.now(),
        "person": duty.responsible_user.email if duty.responsible_user is not None else None,
    }


def _entry_out(entry: DutyEntry) -> dict[str, Any]:
    names = ("outcome", "for_due_at", "at", "note", "evidence_url", "minutes")
    return {"id": entry.pk, "by": entry.by_name, **{name: getattr(entry, name) for name in names}}


def _looked_up(team_id: int, body: schemas.DutyCreate | schemas.DutyChange) -> dict[str, Any]:
    """Ids of service and person, where they were sent. Raises Invalid for one that is not of the team."""
    found: dict[str, Any] = {}
    if "service" in body.model_fields_set:
        found["service_id"] = service_id_of(team_id, body.service)
    if body.person:
        people = Membership.objects.filter(team_id=team_id, user__is_active=True, user__email__iexact=body.person)
        found["responsible_id"] = people.values_list("user_id", flat=True).first()
        if found["responsible_id"] is None:
            message = "is nobody of the team: write a member's mail address"
            raise Invalid(details=[{"field": "person", "message": message}])
    return found


def service_id_of(team_id: int, name: str | None) -> int | None:
    """None for none. Raises Invalid for one that is not the team's."""
    if name is None:
        return None
    found: int | None = Service.objects.filter(team_id=team_id, name=name).values_list("pk", flat=True).first()
    if found is None:
        raise Invalid(details=[{"field": "service", "message": f"the team has no service {name!r}"}])
    return found
