"""A game day as an iCalendar file."""

from __future__ import annotations

from datetime import datetime

from chaos.gamedays.domain.states import State
from chaos.gamedays.models import GameDay
from chaos.gamedays.selectors.meetings import meeting_of
from reliability.kit.meetings import Method, to_ical
from reliability.web.errors import NotFound


def ics_of(*, game_day: GameDay, now: datetime) -> bytes:
    """As PUBLISH, for whoever may read it. Raises NotFound for one without a time."""
    if game_day.starts_at is None:
        raise NotFound("this game day has no time yet: there is nothing for a calendar")
    meeting = meeting_of(game_day=game_day, sequence=game_day.sequence, at=game_day.updated_at)
    is_off = game_day.state in (State.NO_GO, State.CANCELLED)
    return to_ical(meeting=meeting, method=Method.CANCEL if is_off else Method.PUBLISH)
