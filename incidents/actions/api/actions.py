"""/api/v1/actions: what is to be done after incidents, and how it is proven."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from chaos.experiments.selectors.experiments import experiment as experiment_named
from incidents.actions.api import schemas
from incidents.actions.domain.drafts import ActionDraft, Source
from incidents.actions.domain.states import State
from incidents.actions.models import Action
from incidents.actions.selectors import actions as selectors
from incidents.actions.selectors.actions import ActionFilters
from incidents.actions.services import actions, moving
from incidents.response.selectors.incidents import incident as incident_numbered
from reliability.access.domain.caller import Caller, Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.access.services.authorize import require
from reliability.catalog.selectors.services import service as service_named
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.revisions import IfMatch, expected_revision, tag
from reliability.web.errors import Invalid, NotFound
from slo.selectors.slos import get_slo

router = Router(tags=["Action items"])


class ActionListQuery(PageQuery):
    q: Annotated[str, Field(max_length=200, description="number, words of title and text, owner")] = ""
    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    service: Annotated[str, Field(max_length=63, description="its own, or touched by its incident")] = ""
    state: schemas.ActionState | None = None
    kind: schemas.ActionKind | None = None
    priority: schemas.ActionPriority | None = None
    proof: schemas.ActionProof | None = None
    owner_id: Annotated[int | None, Field(ge=1, lt=2**63)] = None
    incident: Annotated[int | None, Field(ge=1, lt=2**63)] = None
    overdue: bool = False


@router.get("", response=Page[schemas.ActionOut], operation_id="listActions", summary="List action items")
def list_all(request: AccessRequest, query: Query[ActionListQuery]) -> Any:
    """What can be done before what is closed; the next due first, those without a date last; then priority."""
    today = _today()
    filters = ActionFilters(
        text=query.q,
        team_slug=query.team,
        service_name=query.service,
        state=query.state or "",
        kind=query.kind or "",
        priority=query.priority or "",
        proof=query.proof or "",
        owner_id=query.owner_id,
        incident_id=query.incident,
        overdue_on=today if query.overdue else None,
    )
    page = page_of(queryset=selectors.list_actions(caller=request.caller, filters=filters), query=query)
    items = [schemas.action_out(one, caller=request.caller, today=today) for one in page["items"]]
    return {**page, "items": items}


@router.post("", response={201: schemas.ActionDetail}, operation_id="createAction", summary="Write down an action item")
def create(request: AccessRequest, response: HttpResponse, body: schemas.ActionCreate) -> Any:
    """With an incident, it follows from that incident."""
    team = team_named(caller=request.caller, slug=body.team)
    require(caller=request.caller, team_id=team.pk, role=Role.RESPONDER)
    draft = _drafted(request.caller, body, ActionDraft(title=body.title))
    source = Source("incident", str(draft.incident_id)) if draft.incident_id is not None else None
    made = actions.create(caller=request.caller, team_id=team.pk, draft=draft, source=source, now=timezone.now())
    return Status(201, _answer(request, response, made.pk))


@router.get("/{int:number}", response=schemas.ActionDetail, operation_id="getAction", summary="Read an action item")
def get_one(request: AccessRequest, response: HttpResponse, number: int) -> Any:
    return _answer(request, response, number)


@router.patch(
    "/{int:number}", response=schemas.ActionDetail, operation_id="changeAction", summary="Change an action item"
)
def change(
    request: AccessRequest,
    response: HttpResponse,
    number: int,
    body: schemas.ActionChange,
    if_match: IfMatch = None,
) -> Any:
    """What is absent stays; null takes it away. Another proof of what is done begins anew."""
    found = _writable(request, number)
    expected = expected_revision(if_match=if_match, in_body=body.revision, stored=found.revision)
    draft = _drafted(request.caller, body, actions.draft_of(found))
    actions.edit(
        caller=request.caller,
        number=number,
        draft=draft,
        expected_revision=expected,
        reason=body.reason,
        now=timezone.now(),
    )
    return _answer(request, response, number)


@router.post(
    "/{int:number}/state", response=schemas.ActionDetail, operation_id="moveAction", summary="Move an action item"
)
def move(request: AccessRequest, response: HttpResponse, number: int, body: schemas.ActionStateBody) -> Any:
    """To verified it comes by its proof alone. The same state is no change."""
    _writable(request, number)
    moving.move(
        caller=request.caller,
        number=number,
        to=State(body.state),
        reason=body.reason,
        expected_revision=body.revision,
        now=timezone.now(),
    )
    return _answer(request, response, number)


@router.post(
    "/{int:number}/confirm",
    response=schemas.ActionDetail,
    operation_id="confirmAction",
    summary="Say whether a done action holds",
)
def confirm(request: AccessRequest, response: HttpResponse, number: int, body: schemas.ActionConfirmBody) -> Any:
    """By the person who was named to check it, and nobody else."""
    _writable(request, number)
    moving.confirm(caller=request.caller, number=number, is_so=body.is_so, words=body.words, now=timezone.now())
    return _answer(request, response, number)


@router.get(
    "/{int:number}/notes",
    response=Page[schemas.ActionNoteOut],
    operation_id="listActionNotes",
    summary="History of an action item",
)
def list_notes(request: AccessRequest, number: int, query: Query[PageQuery]) -> Any:
    """The newest first."""
    found = selectors.action(caller=request.caller, number=number)
    page = page_of(queryset=selectors.history_of(action=found), query=query)
    return {**page, "items": [schemas.note_out(one) for one in page["items"]]}


@router.post("/{int:number}/notes", response={204: None}, operation_id="addActionNote", summary="Add a note")
def add_note(request: AccessRequest, number: int, body: schemas.ActionNoteBody) -> Any:
    _writable(request, number)
    actions.add_note(caller=request.caller, number=number, text=body.text, now=timezone.now())
    return Status(204, None)


def _today() -> date:
    return timezone.now().astimezone(UTC).date()


def _writable(request: AccessRequest, number: int) -> Action:
    found = selectors.action(caller=request.caller, number=number)
    require(caller=request.caller, team_id=found.team_id, role=Role.RESPONDER)
    return found


_PLAIN = ("title", "kind", "priority", "text", "tracker_url", "proof", "check_text")
_NULLABLE = ("owner_id", "due_on", "slo_days", "checker_id")


def _drafted(caller: Caller, body: schemas.ActionFields, draft: ActionDraft) -> ActionDraft:
    """The draft with what was sent, names looked up. Raises Invalid at the field of a name that leads nowhere."""
    sent = body.model_fields_set
    given: dict[str, Any] = {
        name: getattr(body, name) for name in _PLAIN if name in sent and getattr(body, name) is not None
    }
    given |= {name: getattr(body, name) for name in _NULLABLE if name in sent}
    finds: dict[str, Callable[[Any], int]] = {
        "service": lambda name: service_named(caller=caller, name=name).pk,
        "incident": lambda number: incident_numbered(caller=caller, number=number).pk,
        "experiment": lambda slug: experiment_named(caller=caller, slug=slug).pk,
        "slo": lambda name: get_slo(caller=caller, name=name).pk,
    }
    for name, find in finds.items():
        if name not in sent:
            continue
        value = getattr(body, name)
        try:
            given[f"{name}_id"] = None if value is None else find(value)
        except NotFound as error:
            raise Invalid(details=[{"field": name, "message": error.message}]) from error
    return replace(draft, **given)


def _answer(request: AccessRequest, response: HttpResponse, number: int) -> dict[str, Any]:
    row = selectors.action(caller=request.caller, number=number)
    tag(response, row.revision)
    return schemas.action_detail(row, caller=request.caller, today=_today())
