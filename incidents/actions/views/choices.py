"""What a person may choose from on the forms of actions."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from chaos.experiments.selectors.experiments import list_experiments
from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team, User
from reliability.access.selectors.teams import writable_teams
from reliability.catalog.selectors.services import list_services
from slo.selectors.slos import list_slos


def teams_of_responder(*, caller: Caller) -> QuerySet[Team]:
    """Teams that the caller may write actions of."""
    return writable_teams(caller=caller, role=Role.RESPONDER).order_by("name", "pk")


def people_of(*, team: Team) -> QuerySet[User]:
    """Active members, by name."""
    return User.objects.filter(is_active=True, memberships__team=team).order_by("name", "email", "pk")


def offered_to(*, caller: Caller, team: Team) -> dict[str, QuerySet[Any]]:
    """Arguments of ActionForm: the team's people and experiments, services and objectives that the caller may see."""
    return {
        "people": people_of(team=team),
        "services": list_services(caller=caller),
        "experiments": list_experiments(caller=caller, team=team.slug),
        "slos": list_slos(caller=caller).order_by("title", "pk"),
    }
