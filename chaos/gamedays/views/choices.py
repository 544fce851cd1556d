"""What a person may choose from on the forms of game days, and who may open them."""

from __future__ import annotations

from django.db.models import QuerySet

from chaos.experiments.models import Experiment
from chaos.experiments.selectors.experiments import list_experiments
from chaos.gamedays.models import GameDay
from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team, User
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import writable_teams
from reliability.catalog.models import Service
from reliability.web.errors import Forbidden


def teams_of_editor(*, caller: Caller) -> QuerySet[Team]:
    return writable_teams(caller=caller, role=Role.EDITOR).order_by("name", "pk")


def require_editor_somewhere(request: AccessRequest) -> None:
    """Before the form of something new. Raises Forbidden."""
    if not teams_of_editor(caller=request.caller).exists():
        raise Forbidden("this needs the role editor in a team: ask an administrator for it", reason="role_too_low")


def experiments_of(game_day: GameDay, *, caller: Caller) -> QuerySet[Experiment]:
    """Of the team, by title."""
    return list_experiments(caller=caller, team=game_day.team.slug)


def services_of(game_day: GameDay) -> QuerySet[Service]:
    """Of the team, by title."""
    return Service.objects.filter(team_id=game_day.team_id).order_by("title", "pk")


def people_of(game_day: GameDay) -> QuerySet[User]:
    """Active members of the team, by name."""
    return User.objects.filter(is_active=True, memberships__team_id=game_day.team_id).order_by("name", "email", "pk")
