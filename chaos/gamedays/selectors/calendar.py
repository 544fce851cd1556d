"""A game day as an iCalendar file."""

from __future__ import annotations

from datetime import datetime

from chaos.gamedays.models import (
    GameDay,
)


def ics_of(*, game_day: GameDay, now: datetime) -> bytes:
    """As PUBLISH, for whoever may read it. Raises NotFound for one without a time."""
    raise NotImplementedError
