"""/api/v1/chaos/blackouts: times in which no run begins."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from chaos.schedules.api import calendar_schemas as schemas
from chaos.schedules.selectors import blackouts as selectors
from chaos.schedules.services import blackouts
from chaos.schedules.services.blackouts import BlackoutDraft
from chaos.schedules.services.owning import require_owner
from reliability.access.domain.caller import Caller
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.catalog.models import Service
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.revisions import IfMatch, expected_revision, tag
from reliability.web.errors import Invalid

router = Router(tags=["Calendar"])
_RENAMED = ("team", "services", "reason", "revision")


class BlackoutQuery(PageQuery):
    q: Annotated[str, Field(max_length=100, description="words in the title")] = ""
    team: Annotated[str, Field(max_length=63, description='slug of the owner, or "installation"')] = ""
    service: Annotated[str, Field(max_length=63, description="name; those that hold for it")] = ""


@router.get("", response=Page[schemas.BlackoutOut], operation_id="listBlackouts", summary="List blackouts")
def list_all(request: AccessRequest, query: Query[BlackoutQuery]) -> Any:
    """Our own, without the events of subscribed calendars: those stand in the calendar."""
    found = selectors.list_blackouts(caller=request.caller, text=query.q, team=query.team, service=query.service)
    page = page_of(queryset=found, query=query)
    return {**page, "items": [schemas.blackout_out(one, caller=request.caller) for one in page["items"]]}


@router.post("", response={201: schemas.BlackoutOut}, operation_id="createBlackout", summary="Create a blackout")
def create(request: AccessRequest, response: HttpResponse, body: schemas.BlackoutCreate) -> Any:
    """Editors of the team; of the whole installation its administrators."""
    team_id = owner_id(request, body.team)
    given = {name: value for name, value in _given(body).items() if value is not None}
    draft = BlackoutDraft(team_id=team_id, service_ids=service_ids(request.caller, body.services or []), **given)
    made = blackouts.create(caller=request.caller, draft=draft, now=timezone.now(), reason=body.reason)
    tag(response, made.revision)
    return Status(201, _out(request, made.pk))


@router.get("/{blackout_id}", response=schemas.BlackoutOut, operation_id="getBlackout", summary="Read a blackout")
def get_one(request: AccessRequest, response: HttpResponse, blackout_id: int) -> Any:
    found = selectors.blackout(caller=request.caller, blackout_id=bounded(blackout_id))
    tag(response, found.revision)
    return schemas.blackout_out(found, caller=request.caller)


@router.patch(
    "/{blackout_id}", response=schemas.BlackoutOut, operation_id="changeBlackout", summary="Change a blackout"
)
def change(
    request: AccessRequest,
    response: HttpResponse,
    blackout_id: int,
    body: schemas.BlackoutChange,
    if_match: IfMatch = None,
) -> Any:
    """Whose it is stays. What is absent stays."""
    found = selectors.blackout(caller=request.caller, blackout_id=bounded(blackout_id))
    require_owner(caller=request.caller, team_id=found.team_id)
    expected = expected_revision(if_match=if_match, in_body=body.revision, stored=found.revision)
    given = _given(body)
    kept = {name: value for name, value in given.items() if value is not None or name == "repeats_until"}
    draft = replace(blackouts.draft_of(blackout=found), **kept)
    if body.services is not None:
        draft = replace(draft, service_ids=service_ids(request.caller, body.services))
    changed = blackouts.edit(
        caller=request.caller,
        blackout=found,
        draft=draft,
        now=timezone.now(),
        expected_revision=expected,
        reason=body.reason,
    )
    tag(response, changed.revision)
    return _out(request, changed.pk)


@router.delete("/{blackout_id}", response={204: None}, operation_id="deleteBlackout", summary="Delete a blackout")
def delete(
    request: AccessRequest, blackout_id: int, reason: Annotated[str, Query(max_length=2000, description="why")] = ""
) -> Any:
    """Runs may begin in its times from here on."""
    found = selectors.blackout(caller=request.caller, blackout_id=bounded(blackout_id))
    blackouts.delete(caller=request.caller, blackout=found, now=timezone.now(), reason=reason)
    return Status(204, None)


def owner_id(request: AccessRequest, slug: str | None) -> int | None:
    """The team's id, None for the installation. Raises NotFound, Forbidden before anything else of the body is read."""
    team_id = team_named(caller=request.caller, slug=slug).pk if slug is not None else None
    require_owner(caller=request.caller, team_id=team_id)
    return team_id


def service_ids(caller: Caller, names: list[str]) -> list[int]:
    """Ids of readable services. Raises Invalid naming those that are not there."""
    wanted = list(dict.fromkeys(names))
    known = dict(Service.objects.readable_by(caller).filter(name__in=wanted).order_by().values_list("name", "pk"))
    missing = [name for name in wanted if name not in known]
    if missing:
        words = f"there is no service {', '.join(missing[:5])}, or it is not yours to see"
        raise Invalid(details=[{"field": "services", "message": words}])
    return [known[name] for name in wanted]


def bounded(number: int) -> int:
    """A key that no row has, for one that no column holds."""
    return number if abs(number) < 2**63 else 0


def _given(body: schemas.BlackoutFields) -> dict[str, Any]:
    return {name: value for name, value in body.model_dump(exclude_unset=True).items() if name not in _RENAMED}


def _out(request: AccessRequest, blackout_id: int) -> dict[str, Any]:
    found = selectors.blackout(caller=request.caller, blackout_id=blackout_id)
    return schemas.blackout_out(found, caller=request.caller)
