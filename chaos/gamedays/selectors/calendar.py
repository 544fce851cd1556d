"""A game day as an iCalendar file."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chaos.gamedays.domain.states import State
from chaos.gamedays.models import GameDay, Invitee
from chaos.gamedays.selectors.meetings import meeting_of
from reliability.kit.meetings import Method, to_ical
from reliability.web.errors import NotFound


def ics_of(*, game_day: GameDay, now: datetime, invitee: Invitee | None = None) -> bytes:
    """As PUBLISH, for whoever may read it; invitee: with their link. Raises NotFound for one without a time."""
    if game_day.starts_at is None:
        raise NotFound("this game day has no time yet: there is nothing for a calendar")
    meeting = meeting_of(game_day=game_day, invitee=invitee, sequence=game_day.sequence, at=game_day.updated_at)
    meeting = replace(meeting, attendee="")  # what is published asks nobody (RFC 5546, 3.2.1)
    is_off = game_day.state in (State.NO_GO, State.CANCELLED)
    return to_ical(meeting=meeting, method=Method.CANCEL if is_off else Method.PUBLISH)
