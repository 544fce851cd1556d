"""Follow-ups as lists and single ones."""

from __future__ import annotations

from django.db.models import QuerySet

from chaos.gamedays.domain.states import FollowUpState
from chaos.gamedays.models import (
    Finding,
    FollowUp,
    GameDay,
)
from reliability.access.domain.caller import Caller


def list_follow_ups(
    *,
    caller: Caller,
    team_slug: str = "",
    states: tuple[FollowUpState, ...] = (),
    game_day_number: int | None = None,
    text: str = "",
) -> QuerySet[FollowUp]:
    """Readable ones, the next due first, with team, game_day, owner, experiment and verified_by at hand."""
    raise NotImplementedError


def follow_up(*, caller: Caller, follow_up_id: int) -> FollowUp:
    """Raises NotFound."""
    raise NotImplementedError


def findings_of(*, game_day: GameDay) -> list[Finding]:
    """In order of time, with service and scenario at hand."""
    raise NotImplementedError
