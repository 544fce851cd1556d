"""/api/v1/stakeholders/groups: named lists."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from incidents.stakeholders.api import schemas
from incidents.stakeholders.api.shapes import group_out
from incidents.stakeholders.models import Group
from incidents.stakeholders.selectors import stakeholders as selectors
from incidents.stakeholders.services import groups
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.access.services.authorize import require
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.revisions import IfMatch, expected_revision, tag

router = Router(tags=["Stakeholders"])


class GroupQuery(PageQuery):
    q: Annotated[str, Field(max_length=200)] = ""
    team: Annotated[str, Field(max_length=63, description="slug")] = ""


@router.get("", response=Page[schemas.GroupOut], operation_id="listStakeholderGroups", summary="List groups")
def list_all(request: AccessRequest, query: Query[GroupQuery]) -> Any:
    """By name."""
    found = selectors.list_groups(caller=request.caller, text=query.q, team_slug=query.team)
    page = page_of(queryset=found.prefetch_related("members"), query=query)
    return {**page, "items": [group_out(one) for one in page["items"]]}


@router.post("", response={201: schemas.GroupOut}, operation_id="createStakeholderGroup", summary="Make a group")
def create(request: AccessRequest, response: HttpResponse, body: schemas.GroupCreate) -> Any:
    team = team_named(caller=request.caller, slug=body.team)
    require(caller=request.caller, team_id=team.pk, role=Role.EDITOR)
    made = groups.create(
        caller=request.caller,
        team_id=team.pk,
        name=body.name,
        description=body.description,
        member_ids=body.members,
        now=timezone.now(),
    )
    return Status(201, _answer(request, response, made.pk))


@router.get("/{int:pk}", response=schemas.GroupOut, operation_id="getStakeholderGroup", summary="Read a group")
def get_one(request: AccessRequest, response: HttpResponse, pk: int) -> Any:
    return _answer(request, response, pk)


@router.put("/{int:pk}", response=schemas.GroupOut, operation_id="putStakeholderGroup", summary="Change a group")
def put(
    request: AccessRequest, response: HttpResponse, pk: int, body: schemas.GroupPut, if_match: IfMatch = None
) -> Any:
    """All of it anew."""
    found = _writable(request, pk)
    groups.edit(
        caller=request.caller,
        group=found,
        name=body.name,
        description=body.description,
        member_ids=body.members,
        now=timezone.now(),
        expected_revision=expected_revision(if_match=if_match, in_body=body.revision, stored=found.revision),
    )
    return _answer(request, response, pk)


@router.delete("/{int:pk}", response={204: None}, operation_id="deleteStakeholderGroup", summary="Delete a group")
def delete(request: AccessRequest, pk: int) -> Any:
    """Its members stay."""
    groups.remove(caller=request.caller, group=_writable(request, pk), now=timezone.now())
    return Status(204, None)


def _writable(request: AccessRequest, pk: int) -> Group:
    found = selectors.group(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=found.team_id, role=Role.EDITOR)
    return found


def _answer(request: AccessRequest, response: HttpResponse, pk: int) -> dict[str, Any]:
    found = selectors.group(caller=request.caller, pk=pk)
    tag(response, found.revision)
    return group_out(found)
