"""/api/v1/teams: teams and their members."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from reliability.access.api.words import RoleWord, word_of
from reliability.access.models import Membership, Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors import teams as selectors
from reliability.access.services import teams
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.params import Name

router = Router(tags=["Access"])


class TeamOut(Schema):
    slug: str
    name: str
    is_private: bool = Field(description="whether only members see what the team owns")
    created_at: datetime


class TeamIn(Schema):
    name: str = Field(min_length=1, max_length=120, examples=["Payments"])
    slug: Name | None = Field(None, description="made from the name when absent; it stays")
    is_private: bool = True
    reason: str = Field("", max_length=500, description="why, for the audit trail")


class TeamPatch(Schema):
    name: str | None = Field(None, min_length=1, max_length=120)
    is_private: bool | None = None
    reason: str = Field("", max_length=500)


class MemberOut(Schema):
    person_id: int
    email: str
    name: str
    role: RoleWord
    is_active: bool


class MemberIn(Schema):
    email: str = Field(min_length=3, max_length=254, description="of a person who can sign in")
    role: RoleWord
    reason: str = Field("", max_length=500)


class TeamQuery(PageQuery):
    q: str = Field("", max_length=120, description="part of the name")


@router.get("", response=Page[TeamOut], operation_id="listTeams", summary="Teams")
def list_teams(request: AccessRequest, query: Query[TeamQuery]) -> dict[str, Any]:
    return page_of(queryset=selectors.list_teams(caller=request.caller, text=query.q), query=query)


@router.post("", response={201: TeamOut}, operation_id="createTeam", summary="Create a team")
def create_team(request: AccessRequest, body: TeamIn) -> Status[Team]:
    """For administrators of the installation; a person who creates a team is its first administrator."""
    team = teams.create(
        caller=request.caller,
        name=body.name,
        slug=body.slug or "",
        is_private=body.is_private,
        reason=body.reason,
        now=timezone.now(),
    )
    return Status(201, team)


@router.get("/{slug}", response=TeamOut, operation_id="getTeam", summary="A team")
def get_team(request: AccessRequest, slug: str) -> Team:
    return selectors.team(caller=request.caller, slug=slug)


@router.patch("/{slug}", response=TeamOut, operation_id="changeTeam", summary="Change a team")
def change_team(request: AccessRequest, slug: str, body: TeamPatch) -> Team:
    team = selectors.team(caller=request.caller, slug=slug)
    return teams.change(
        caller=request.caller,
        team=team,
        name=team.name if body.name is None else body.name,
        is_private=team.is_private if body.is_private is None else body.is_private,
        reason=body.reason,
        now=timezone.now(),
    )


@router.delete("/{slug}", response={204: None}, operation_id="deleteTeam", summary="Delete a team that owns nothing")
def delete_team(
    request: AccessRequest, slug: str, reason: Annotated[str, Query(max_length=500, description="why")] = ""
) -> Status[None]:
    """For administrators of the installation. Refused with 409, naming what it owns, while the team owns anything."""
    team = selectors.team(caller=request.caller, slug=slug)
    teams.delete(caller=request.caller, team=team, reason=reason, now=timezone.now())
    return Status(204, None)


@router.get("/{slug}/members", response=Page[MemberOut], operation_id="listTeamMembers", summary="Members of a team")
def list_members(request: AccessRequest, slug: str, query: Query[PageQuery]) -> dict[str, Any]:
    team = selectors.team(caller=request.caller, slug=slug)
    page = page_of(queryset=selectors.members_of(team=team), query=query)
    return {**page, "items": [_member(member) for member in page["items"]]}


@router.put("/{slug}/members", response=MemberOut, operation_id="setTeamMember", summary="Give a person a role")
def set_member(request: AccessRequest, slug: str, body: MemberIn) -> dict[str, Any]:
    """Adds the person, or changes the role they hold. The last administrator of a team keeps the role."""
    team = selectors.team(caller=request.caller, slug=slug)
    member = teams.set_member(
        caller=request.caller,
        team=team,
        email=body.email,
        role=body.role.role,
        reason=body.reason,
        now=timezone.now(),
    )
    return _member(member)


@router.delete(
    "/{slug}/members/{int:person_id}",
    response={204: None},
    operation_id="removeTeamMember",
    summary="Take a person out of a team",
)
def remove_member(request: AccessRequest, slug: str, person_id: int) -> Status[None]:
    team = selectors.team(caller=request.caller, slug=slug)
    teams.remove_member(caller=request.caller, team=team, person_id=person_id, now=timezone.now())
    return Status(204, None)


def _member(member: Membership) -> dict[str, Any]:
    person = member.user
    return {
        "person_id": person.pk,
        "email": person.email,
        "name": person.name,
        "role": word_of(member.role),
        "is_active": person.is_active,
    }
