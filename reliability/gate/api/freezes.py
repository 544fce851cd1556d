"""/api/v1/gate/freezes: times in which nothing is deployed."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.gate.api import schemas
from reliability.gate.domain.freezes import until_of
from reliability.gate.models import FreezeWindow
from reliability.gate.selectors import windows
from reliability.gate.services import freezes
from reliability.gate.services.freezes import FreezeDraft
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.revisions import IfMatch, expected_revision, tag

router = Router(tags=["Freeze windows"])


class FreezeQuery(PageQuery):
    team: Annotated[str, Field(max_length=63, description='slug, or "installation"')] = ""
    service: Annotated[str, Field(max_length=63, description="those that are about it")] = ""


@router.get("", response=Page[schemas.FreezeOut], operation_id="listFreezes", summary="List freeze windows")
def list_all(request: AccessRequest, query: Query[FreezeQuery]) -> Any:
    """By their first time, the newest first."""
    rows = windows.list_windows(caller=request.caller, team=query.team, service=query.service)
    page = page_of(queryset=rows, query=query)
    return {**page, "items": [_out(one) for one in page["items"]]}


@router.post("", response={201: schemas.FreezeOut}, operation_id="createFreeze", summary="Write a freeze window down")
def create(request: AccessRequest, response: HttpResponse, body: schemas.FreezeCreate) -> Any:
    """team null: of the whole installation, by its administrators."""
    team_id = team_named(caller=request.caller, slug=body.team).pk if body.team is not None else None
    row = freezes.create(caller=request.caller, draft=_draft(body, team_id), now=timezone.now())
    return Status(201, _answer(request, response, row.pk))


@router.get("/{int:pk}", response=schemas.FreezeOut, operation_id="getFreeze", summary="Read a freeze window")
def get_one(request: AccessRequest, response: HttpResponse, pk: int) -> Any:
    return _answer(request, response, pk)


@router.put("/{int:pk}", response=schemas.FreezeOut, operation_id="putFreeze", summary="Change a freeze window")
def put(
    request: AccessRequest, response: HttpResponse, pk: int, body: schemas.FreezePut, if_match: IfMatch = None
) -> Any:
    """All of it but whose it is."""
    found = _writable(request, pk)
    freezes.change(
        caller=request.caller,
        window=found,
        draft=_draft(body, found.team_id),
        now=timezone.now(),
        expected_revision=expected_revision(if_match=if_match, in_body=body.revision, stored=found.revision),
    )
    return _answer(request, response, pk)


@router.delete("/{int:pk}", response={204: None}, operation_id="deleteFreeze", summary="Delete a freeze window")
def delete(request: AccessRequest, pk: int) -> Any:
    freezes.remove(caller=request.caller, window=_writable(request, pk), now=timezone.now())
    return Status(204, None)


def _writable(request: AccessRequest, pk: int) -> FreezeWindow:
    found = windows.window(caller=request.caller, pk=pk)
    freezes.require_owner(caller=request.caller, team_id=found.team_id)
    return found


def _draft(body: schemas.FreezeFields, team_id: int | None) -> FreezeDraft:
    values = body.model_dump(include=set(schemas.FreezeFields.model_fields))
    return FreezeDraft(team_id=team_id, **values)


def _answer(request: AccessRequest, response: HttpResponse, pk: int) -> dict[str, Any]:
    found = windows.window(caller=request.caller, pk=pk)
    tag(response, found.revision)
    return _out(found)


def _out(row: FreezeWindow) -> dict[str, Any]:
    names = ("title", "reason", "time_zone", "environment", "repeats", "passes", "may_be_overridden", "revision")
    return {
        "id": row.pk,
        "team": row.team.slug if row.team is not None else None,
        "start": row.start_at,
        "end": row.end_at,
        "repeats_until": row.repeats_until_at,
        "services": [one.name for one in row.named_services],
        "is_for_all": not row.names_services,
        "holds_until": until_of(rule=row.rule, at=timezone.now()),
        **{name: getattr(row, name) for name in names},
    }
