"""What a person may choose from on the forms of this room."""

from __future__ import annotations

from django.db.models import QuerySet

from chaos.experiments.models import Target
from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import writable_teams
from reliability.catalog.models import Service
from reliability.web.errors import Forbidden


def teams_of_editor(*, caller: Caller) -> QuerySet[Team]:
    """Teams that the caller may give an experiment to."""
    return writable_teams(caller=caller, role=Role.EDITOR).order_by("name", "pk")


def services_of_editor(*, caller: Caller) -> QuerySet[Service]:
    """Services of those teams, by title."""
    teams = writable_teams(caller=caller, role=Role.EDITOR)
    return Service.objects.filter(team__in=teams).select_related("team").order_by("title", "pk")


def targets_of_editor(*, caller: Caller, kind: str) -> QuerySet[Target]:
    """Targets of one injector that experiments of those teams may name."""
    teams = writable_teams(caller=caller, role=Role.EDITOR)
    found = Target.objects.filter(team__in=teams, kind=kind, is_enabled=True)
    return found.select_related("service").order_by("title", "pk")


def require_editor_somewhere(request: AccessRequest) -> None:
    """Before a form for something new. Raises Forbidden."""
    if not is_editor_somewhere(request):
        raise Forbidden("this needs the role editor in a team: ask an administrator for it", reason="role_too_low")


def is_editor_somewhere(request: AccessRequest) -> bool:
    return teams_of_editor(caller=request.caller).exists()
