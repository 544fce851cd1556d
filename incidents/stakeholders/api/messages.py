"""/api/v1/stakeholders/messages: previewed, sent, and how they stand with their recipients."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from incidents.response.domain.phases import OPEN
from incidents.response.selectors.incidents import incident as incident_numbered
from incidents.stakeholders.api import schemas
from incidents.stakeholders.api.shapes import message_out, preview_out, recipient_out
from incidents.stakeholders.domain.kinds import Audience, EventKind, Mode, why_untrue
from incidents.stakeholders.selectors import messages as selectors
from incidents.stakeholders.selectors.composing import Asked, Preview, compose
from incidents.stakeholders.selectors.messages import MessageFilters
from incidents.stakeholders.selectors.subjects import Subject, subject_of_incident
from incidents.stakeholders.services import reminding
from incidents.stakeholders.services.messages import Draft, Sending, send
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.errors import Invalid, NotFound

router = Router(tags=["Stakeholders"])
_UTC = ZoneInfo("UTC")


class MessageQuery(PageQuery):
    q: Annotated[str, Field(max_length=200)] = ""
    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    kind: schemas.KindName | None = None
    incident: int | None = None


@router.get("", response=Page[schemas.MessageOut], operation_id="listStakeholderMessages", summary="List messages")
def list_all(request: AccessRequest, query: Query[MessageQuery]) -> Any:
    """The newest first."""
    filters = MessageFilters(
        text=query.q, team_slug=query.team, kind=query.kind or "", incident=min(query.incident or 0, 2**62) or None
    )
    page = page_of(queryset=selectors.list_messages(caller=request.caller, filters=filters), query=query)
    return {**page, "items": [message_out(one) for one in page["items"]]}


@router.post(
    "/preview",
    response=list[schemas.AudiencePreviewOut],
    operation_id="previewStakeholderMessage",
    summary="What would be told to whom, when",
)
def preview(request: AccessRequest, body: schemas.PreviewBody) -> Any:
    """Nothing is sent."""
    return [preview_out(one) for one in _composed(request, body)[1]]


@router.post(
    "", response={201: schemas.MessageDetail}, operation_id="sendStakeholderMessage", summary="Tell stakeholders"
)
def create(request: AccessRequest, body: schemas.SendBody) -> Any:
    """In the team's words, or in those given, to everybody of the preview, or to those of `only`."""
    subject, previews = _composed(request, body)
    sent = send(
        caller=request.caller,
        subject=subject,
        sending=Sending(
            _drafts(previews, body),
            mode=Mode(body.mode),
            next_update_at=body.next_update,
            remind_after_hours=body.remind_after_hours,
            cause=f"api:{subject.team.pk}:{body.key}" if body.key else None,
        ),
        now=timezone.now(),
    )
    return Status(201, _detail(request, sent.pk))


@router.get(
    "/{int:pk}",
    response=schemas.MessageDetail,
    operation_id="getStakeholderMessage",
    summary="A message, and who has read it",
)
def get_one(request: AccessRequest, pk: int) -> Any:
    return _detail(request, pk)


@router.post(
    "/{int:pk}/remind",
    response=schemas.RemindedOut,
    operation_id="remindStakeholders",
    summary="Remind who has not read it",
)
def remind(request: AccessRequest, pk: int) -> Any:
    """At their hour; not those who were told minutes ago, nor anybody more than three times."""
    found = selectors.message(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=found.team_id, role=Role.RESPONDER)
    return {"reminded": reminding.remind(caller=request.caller, message=found, now=timezone.now())}


def _composed(request: AccessRequest, body: schemas.PreviewBody) -> tuple[Subject, list[Preview]]:
    """Raises Invalid for an incident that is not there, since the body names it and not the address, and for a kind
    that contradicts how the incident stands."""
    now = timezone.now()
    try:
        incident = incident_numbered(caller=request.caller, number=min(max(body.incident, 0), 2**62))
    except NotFound as error:
        raise Invalid(details=[{"field": "incident", "message": error.message}]) from error
    require(caller=request.caller, team_id=incident.team_id, role=Role.RESPONDER)
    if why := why_untrue(EventKind(body.kind), is_open=incident.status in {status.value for status in OPEN}):
        raise Invalid(details=[{"field": "kind", "message": why}])
    subject = subject_of_incident(incident=incident, kind=EventKind(body.kind), zone=_UTC, now=now)
    groups = [pk for pk in body.groups if 0 < pk < 2**62]
    if len(groups) != len(body.groups):
        raise Invalid(details=[{"field": "groups", "message": "there is no such group"}])
    asked = Asked([Audience(one) for one in body.audiences], groups, body.impact.strip(), body.next_update)
    return subject, compose(subject=subject, asked=asked, zone=_UTC, now=now)


def _drafts(previews: list[Preview], body: schemas.SendBody) -> list[Draft]:
    written = {one.audience: one for one in body.written}
    only = None if body.only is None else set(body.only)
    found = []
    for one in previews:
        words = written.get(one.audience.value, one)
        told = [plan.stakeholder.pk for plan in one.planned if not plan.silent]
        told = told if only is None else [pk for pk in told if pk in only]
        if told:
            found.append(Draft(one.audience, words.subject.strip(), words.text.strip(), told))
    return found


def _detail(request: AccessRequest, pk: int) -> dict[str, Any]:
    found = selectors.message(caller=request.caller, pk=pk)
    may_tell = request.caller.may(found.team_id, Role.RESPONDER)
    people = [recipient_out(row, may_tell=may_tell) for row in selectors.rows_of(message=found)]
    return message_out(found) | {"people": people}
