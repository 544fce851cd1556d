"""Badges of a team, when it wants to see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reliability.access.models import Team


@dataclass(frozen=True, slots=True)
class Badge:
    """name: slug for its icon. why: in words, with numbers. at: when it was earned."""

    name: str
    title: str
    why: str
    at: datetime


def has_badges(*, team_id: int) -> bool:
    """Whether the team switched them on."""
    raise NotImplementedError


def badges_of(*, team: Team, now: datetime) -> list[Badge]:
    """Empty when they are off. Ask `team()` for the team: it checks the caller."""
    raise NotImplementedError
