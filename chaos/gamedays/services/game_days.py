"""Game days: made and edited while they are planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chaos.gamedays.models import (
    GameDay,
)
from reliability.access.domain.caller import Caller


@dataclass(frozen=True, slots=True)
class GameDayDraft:
    """What a plan says. starts_at: aware, UTC; None only in a draft. place: the address of a call, or a room."""

    team_id: int
    title: str
    goal: str = ""
    hypothesis: str = ""
    notes: str = ""
    starts_at: datetime | None = None
    length_minutes: int = 120
    zone: str = "UTC"
    place: str = ""


def create(*, caller: Caller, draft: GameDayDraft, now: datetime) -> GameDay:
    """A new draft, with its maker as owner. Editors of the team. Raises Forbidden, NotFound, Invalid by field."""
    raise NotImplementedError


def edit(
    *, caller: Caller, number: int, draft: GameDayDraft, expected_revision: int | None = None, now: datetime
) -> GameDay:
    """Bring the texts and the time to *draft*; the team stays. Before it began; afterwards only the notes.

    A changed time, length, place or title of a planned one asks the invitees anew. Raises NotFound, Forbidden, Invalid,
    Conflict (another revision, or over)."""
    raise NotImplementedError


def draft_of(*, game_day: GameDay) -> GameDayDraft:
    """The stored plan as a draft to change."""
    raise NotImplementedError
