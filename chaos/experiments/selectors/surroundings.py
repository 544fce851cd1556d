"""What documents may do in this installation, and which targets of a team they may name."""

from __future__ import annotations

from django.conf import settings

from chaos.experiments.selectors.targets import kinds_of_team
from chaos.runner.allow import Allowed, Surroundings


def allowed() -> Allowed:
    """The allow-lists of the operator."""
    return Allowed(
        modules=tuple(settings.CHAOS_MODULES),
        programs=tuple(settings.CHAOS_PROGRAMS),
        outbound=tuple(settings.OUTBOUND_ALLOWED_HOSTS),
    )


def surroundings_of(*, team_id: int) -> Surroundings:
    """One query: the targets of the team."""
    return Surroundings(allowed=allowed(), targets=kinds_of_team(team_id=team_id))
