"""From draft to planned to go, or to another day."""

from __future__ import annotations

from datetime import datetime

from chaos.gamedays.models import (
    GameDay,
)
from reliability.access.domain.caller import Caller


def plan(*, caller: Caller, number: int, expected_revision: int | None = None, now: datetime) -> GameDay:
    """Draft or no-go → planned: invitees are asked, reminders are set. Editors of the team.

    Needs a start to come and a scenario. Raises NotFound, Forbidden, Invalid by field, Conflict."""
    raise NotImplementedError


def go(*, caller: Caller, number: int, override_reason: str = "", now: datetime) -> GameDay:
    """Planned → go. What the system says is kept in `checks`. Responders of the team.

    Raises Conflict with what is not yet so in details, unless *override_reason* says why it goes on all the same."""
    raise NotImplementedError


def no_go(*, caller: Caller, number: int, reason: str, now: datetime) -> GameDay:
    """Planned or go → no-go: invitees hear that it is off. Responders. Raises NotFound, Forbidden, Invalid, Conflict."""
    raise NotImplementedError


def postpone(*, caller: Caller, number: int, starts_at: datetime, reason: str, now: datetime) -> GameDay:
    """Planned, go or no-go → planned, at another time: everybody is asked anew. Editors. Raises as plan."""
    raise NotImplementedError


def cancel(*, caller: Caller, number: int, reason: str, now: datetime) -> GameDay:
    """Before it began → cancelled: invitees get a cancellation. Editors. Raises NotFound, Forbidden, Invalid, Conflict."""
    raise NotImplementedError
