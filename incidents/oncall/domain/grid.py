"""A calendar of shifts: days of a zone, and bars along a line of time. What a page draws, worked out without it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from incidents.oncall.domain.rota import Shift
from reliability.kit.days import period_of_days
from reliability.kit.periods import Period


@dataclass(frozen=True, slots=True)
class Piece:
    """What of a shift lies within a day; shift None is a gap. is_first: the shift begins here."""

    start: datetime
    end: datetime
    shift: Shift | None
    is_whole_day: bool
    is_first: bool

    @property
    def user_id(self) -> int | None:
        return self.shift.user_id if self.shift else None


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    period: Period
    pieces: tuple[Piece, ...]
    is_outside: bool  # of the month shown
    is_today: bool
    is_past: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """A shift on a line of time; left and width in percent of it."""

    left: float
    width: float
    shift: Shift | None


def days_with(
    shifts: Sequence[Shift], *, first: date, count: int, zone_name: str, today: date, month: int | None = None
) -> list[Day]:
    """Each day with its pieces, gaps among them."""
    found = []
    for number in range(count):
        day = first + timedelta(days=number)
        period = period_of_days(day, 1, zone_name=zone_name)
        found.append(
            Day(
                day=day,
                period=period,
                pieces=tuple(_pieces(shifts, period)),
                is_outside=month is not None and day.month != month,
                is_today=day == today,
                is_past=day < today,
            )
        )
    return found


def bars_of(shifts: Iterable[Shift], period: Period) -> list[Bar]:
    """Shifts and the gaps between them as parts of the whole line."""
    bars: list[Bar] = []
    reached = period.start
    for shift in shifts:
        start, end = max(shift.start, period.start), min(shift.end, period.end)
        if start > reached:
            bars.append(_bar(reached, start, period, None))
        bars.append(_bar(start, end, period, shift))
        reached = end
    if reached < period.end:
        bars.append(_bar(reached, period.end, period, None))
    return bars


def _bar(start: datetime, end: datetime, period: Period, shift: Shift | None) -> Bar:
    whole = period.length
    return Bar(round((start - period.start) / whole * 100, 3), round((end - start) / whole * 100, 3), shift)


def _pieces(shifts: Sequence[Shift], period: Period) -> Iterable[Piece]:
    reached = period.start
    for shift in shifts:
        if shift.end <= period.start or shift.start >= period.end:
            continue
        start, end = max(shift.start, period.start), min(shift.end, period.end)
        if start > reached:
            yield _piece(reached, start, period, None)
        yield _piece(start, end, period, shift)
        reached = end
    if reached < period.end:
        yield _piece(reached, period.end, period, None)


def _piece(start: datetime, end: datetime, period: Period, shift: Shift | None) -> Piece:
    is_whole = start == period.start and end == period.end
    return Piece(start, end, shift, is_whole_day=is_whole, is_first=shift is None or shift.start == start)
