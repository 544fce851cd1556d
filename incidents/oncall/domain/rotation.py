"""Rotations: whose turn it is, by boundaries on the wall clock of a zone.

Turn k lasts from b(k) to b(k+1), half-open. b(k) is the first instant at which the clock shows the k-th hand-over
time; where clocks go back that is the first of the two, where they skip the time it is the first instant after the
gap. Every b(k) is computed from the start alone, so the year 2000 costs as much as tomorrow.
"""

from __future__ import annotations

import calendar
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property

from reliability.kit.wall_clock import DAY_SECONDS, WallClock, from_wall_seconds, to_wall_seconds, wall_clock

HOUR_SECONDS = 3600
WEEK_SECONDS = 7 * DAY_SECONDS
# 1970-01-01 was a Thursday.
_FIRST_MONDAY = 4 * DAY_SECONDS


class RotationUnit(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    CUSTOM = "custom"  # at named weekdays and times


_SECONDS = {RotationUnit.HOUR: HOUR_SECONDS, RotationUnit.DAY: DAY_SECONDS, RotationUnit.WEEK: WEEK_SECONDS}


@dataclass(frozen=True, slots=True, order=True)
class Handoff:
    """A weekly hand-over: weekday counts from Monday = 0."""

    weekday: int
    minute: int  # of the day

    @property
    def seconds(self) -> int:
        """Wall seconds since Monday 00:00."""
        return self.weekday * DAY_SECONDS + self.minute * 60


@dataclass(frozen=True)
class Rotation:
    """Turns of `length` units each, from `anchor` on: a naive time on the clock of `zone_name`.

    starts_at and ends_at (epoch seconds) bound it: outside of them nobody has a turn, though b(k) exists. A custom
    rotation hands over at every `length`-th of its `handoffs`; its turn 0 begins at the last one before the start.
    """

    unit: RotationUnit
    length: int
    anchor: datetime
    zone_name: str
    participants: tuple[int, ...]
    starts_at: int
    ends_at: int | None = None
    handoffs: tuple[Handoff, ...] = ()

    def boundary(self, k: int) -> datetime:
        """b(k), for any whole k."""
        return datetime.fromtimestamp(self.boundary_seconds(k), UTC)

    def boundary_seconds(self, k: int) -> int:
        return self._clock.instant(self._wall(k))

    def index_at(self, at: datetime) -> int:
        """The k with b(k) ≤ at < b(k+1), before the start, too."""
        return self.index_at_seconds(int(at.timestamp() // 1))

    def index_at_seconds(self, at: int) -> int:
        # The guess is exact but for transitions: a clock moves by at most a day, so the steps from it are few.
        k = self._guess(self._clock.wall(at))
        while self.boundary_seconds(k) > at:
            k -= 1
        while self.boundary_seconds(k + 1) <= at:
            k += 1
        return k

    def participant(self, k: int) -> int:
        return self.participants[k % len(self.participants)]

    def turns(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """(start, end, user) of every turn in [start, end), cut to it, in order, without empty ones."""
        start = max(start, self.starts_at)
        if self.ends_at is not None:
            end = min(end, self.ends_at)
        if start >= end:
            return
        if len(self.participants) == 1:
            yield start, end, self.participants[0]
            return
        k = self.index_at_seconds(start)
        participants, count, instant, wall_of = (
            self.participants,
            len(self.participants),
            self._clock.instant,
            self._wall,
        )
        while start < end:
            until = instant(wall_of(k + 1))
            if until > end:
                until = end
            if until > start:  # where clocks skip an hour, an hourly turn has no length
                yield start, until, participants[k % count]
                start = until
            k += 1

    @cached_property
    def _clock(self) -> WallClock:
        return wall_clock(self.zone_name)

    @cached_property
    def _wall(self) -> Callable[[int], int]:
        """b(k) as the clock on the wall shows it, in seconds."""
        if self.unit is RotationUnit.CUSTOM:
            return self._handoff_boundary
        if self.unit is RotationUnit.MONTH:
            return self._month_boundary
        anchor, size = self._anchor_seconds, self.length * _SECONDS[self.unit]
        return lambda k: anchor + k * size

    @cached_property
    def _anchor_seconds(self) -> int:
        return to_wall_seconds(self.anchor)

    @cached_property
    def _week(self) -> int:
        """Wall seconds of Monday 00:00 in the week of the anchor."""
        return (self._anchor_seconds - _FIRST_MONDAY) // WEEK_SECONDS * WEEK_SECONDS + _FIRST_MONDAY

    @cached_property
    def _handoff_seconds(self) -> tuple[int, ...]:
        return tuple(handoff.seconds for handoff in self.handoffs)

    @cached_property
    def _first_handoff(self) -> int:
        """Which hand-over, counted from the Monday of the anchor's week, begins turn 0."""
        return bisect_right(self._handoff_seconds, self._anchor_seconds - self._week) - 1

    def _handoff_boundary(self, k: int) -> int:
        weeks, which = divmod(self._first_handoff + k * self.length, len(self.handoffs))
        return self._week + weeks * WEEK_SECONDS + self._handoff_seconds[which]

    def _month_boundary(self, k: int) -> int:
        """A day that a month lacks is its last one, reckoned from the anchor: 31 January, 28 February, 31 March."""
        years, month = divmod(self.anchor.year * 12 + self.anchor.month - 1 + k * self.length, 12)
        day = min(self.anchor.day, calendar.monthrange(years, month + 1)[1])
        return to_wall_seconds(self.anchor.replace(year=years, month=month + 1, day=day))

    def _guess(self, wall: int) -> int:
        if self.unit is RotationUnit.CUSTOM:
            weeks, within = divmod(wall - self._week, WEEK_SECONDS)
            index = weeks * len(self.handoffs) + bisect_right(self._handoff_seconds, within) - 1
            return (index - self._first_handoff) // self.length
        if self.unit is RotationUnit.MONTH:
            local = from_wall_seconds(wall)
            return ((local.year - self.anchor.year) * 12 + local.month - self.anchor.month) // self.length
        return (wall - self._anchor_seconds) // (self.length * _SECONDS[self.unit])
