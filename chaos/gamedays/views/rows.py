"""Game days as people read them: which badge, when on whose clocks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chaos.gamedays.domain.states import State
from chaos.gamedays.models import GameDay


@dataclass(frozen=True, slots=True)
class DayRow:
    """badge: a slug of reliability.web.states. when: on the clocks of the plan. score: of 100, or a dash."""

    day: GameDay
    badge: str
    when: str
    score: str


def rows_of(days: Iterable[GameDay]) -> list[DayRow]:
    return [row_of(day) for day in days]


def row_of(day: GameDay) -> DayRow:
    return DayRow(day, badge_of(day), when_text(day), score_text(day.score))


def badge_of(day: GameDay) -> str:
    """Slugs of their own: other rooms have other looks for such words."""
    return "cancelled" if day.state == State.CANCELLED else f"game_day_{day.state}"


def when_text(day: GameDay) -> str:
    """`Thu 3 Dec 2026, 14:00–16:00 Europe/Berlin`; in words without a time."""
    start, end = day.starts_at, day.ends_at
    if start is None or end is None:
        return "no time yet"
    zone = zone_of(day)
    local, until = start.astimezone(zone), end.astimezone(zone)
    ends = f"{until:%H:%M}" if until.date() == local.date() else f"{until:%a} {until.day} {until:%b} {until:%H:%M}"
    return f"{local:%a} {local.day} {local:%b %Y}, {local:%H:%M}–{ends} {day.zone}"


def zone_of(day: GameDay) -> tzinfo:
    try:
        return ZoneInfo(day.zone)
    except (ZoneInfoNotFoundError, ValueError):  # a zone that this machine's database does not know any more
        return UTC


def score_text(score: float | None) -> str:
    """Of 100; a dash when nothing is known."""
    return "–" if score is None else f"{score * 100:.0f}"


def seconds_between(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else max((end - start).total_seconds(), 0.0)
