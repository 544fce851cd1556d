"""What the pages of this room share."""

from __future__ import annotations

from django.db.models import QuerySet

from reliability.access.domain.caller import Role
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import writable_teams
from reliability.web.errors import Forbidden


def teams_of(request: AccessRequest, role: Role) -> QuerySet[Team]:
    return writable_teams(caller=request.caller, role=role).order_by("name", "pk")


def team_asked(request: AccessRequest, role: Role) -> Team:
    """The team `?team=` names, else the caller's first. Raises Forbidden when there is none to write for."""
    teams = teams_of(request, role)
    found = teams.filter(slug=asked_text(request, "team", 63)).first() or teams.first()
    if found is None:
        raise Forbidden(f"this needs the role {role.name.lower()} in a team: ask for it", reason="role_too_low")
    return found


def asked_text(request: AccessRequest, name: str, length_max: int = 100) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:length_max]
