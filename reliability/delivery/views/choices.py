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


def owners(request: AccessRequest) -> QuerySet[Team]:
    return writable_teams(caller=request.caller, role=Role.EDITOR).order_by("name", "pk")


def services(request: AccessRequest) -> QuerySet[Service]:
    return list_services(caller=request.caller).order_by("title", "pk")


def may_create(request: AccessRequest) -> bool:
    return request.caller.is_administrator or bool(request.caller.team_ids(Role.EDITOR))


def require_some_team(request: AccessRequest) -> None:
    """Raises Forbidden for who is an editor nowhere: the form would offer nothing."""
    if not may_create(request):
        words = "this needs the role editor in a team: ask an administrator of yours"
        raise Forbidden(words, reason="role_too_low")
