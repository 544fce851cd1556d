"""What forms of this room offer to a caller."""

from __future__ import annotations

from django.db.models import QuerySet

from reliability.access.domain.caller import Role
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams, writable_teams
from reliability.catalog.models import Service
from reliability.catalog.selectors.services import list_services
from reliability.web.errors import Forbidden


def readable(request: AccessRequest) -> QuerySet[Team]:
    return readable_teams(caller=request.caller).order_by("name", "pk")


def owners(request: AccessRequest, role: Role = Role.EDITOR) -> QuerySet[Team]:
    return writable_teams(caller=request.caller, role=role).order_by("name", "pk")


def services(request: AccessRequest) -> QuerySet[Service]:
    return list_services(caller=request.caller).order_by("title", "pk")


def may_create(request: AccessRequest, role: Role = Role.EDITOR) -> bool:
    return request.caller.is_administrator or bool(request.caller.team_ids(role))


def require_some_team(request: AccessRequest, role: Role = Role.EDITOR) -> None:
    """Raises Forbidden for who holds the role nowhere: the form would offer nothing."""
    if not may_create(request, role):
        name = role.name.lower()
        raise Forbidden(f"this needs the role {name} in a team: ask an administrator of yours", reason="role_too_low")
