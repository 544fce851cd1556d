"""What a person may choose from on the forms of this room."""

from __future__ import annotations

from django.db.models import QuerySet

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import writable_teams
from reliability.catalog.models import Service
from reliability.web.errors import Forbidden


def teams_of_responder(*, caller: Caller) -> QuerySet[Team]:
    """Teams that the caller may record vulnerabilities of."""
    return writable_teams(caller=caller, role=Role.RESPONDER).order_by("name", "pk")


def services_of(*, teams: QuerySet[Team]) -> QuerySet[Service]:
    """By title, with their teams."""
    return Service.objects.filter(team__in=teams).select_related("team").order_by("title", "pk")


def may_record_somewhere(request: AccessRequest) -> bool:
    return teams_of_responder(caller=request.caller).exists()


def require_somewhere(request: AccessRequest, role: Role) -> None:
    """Before a form for something new. Raises Forbidden."""
    if not writable_teams(caller=request.caller, role=role).exists():
        name = role.name.lower()
        raise Forbidden(f"this needs the role {name} in a team: ask an administrator for it", reason="role_too_low")


def is_editor_somewhere(request: AccessRequest) -> bool:
    return writable_teams(caller=request.caller, role=Role.EDITOR).exists()
