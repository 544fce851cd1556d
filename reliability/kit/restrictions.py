"""Restrictions: a layer that counts only at some hours of some days, on the wall clock of its zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reliability.kit.wall_clock import DAY_SECONDS, wall_clock

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
# 1970-01-01 was a Thursday.
_WEEKDAY_OF_DAY_0 = 3


@dataclass(frozen=True, slots=True)
class Restriction:
    """From minute `start` to minute `end` of each of `weekdays` (Monday = 0).

    An end at or before the start lies on the next day: 22:00 to 06:00, and 09:00 to 09:00 is a whole day.
    """

    weekdays: frozenset[int]
    start: int
    end: int

    @property
    def length(self) -> int:
        """Minutes on the clock."""
        return self.end - self.start if self.end > self.start else self.end - self.start + DAY_MINUTES


def open_windows(restrictions: Sequence[Restriction], *, zone_name: str, start: int, end: int) -> list[tuple[int, int]]:
    """The periods within [start, end) (epoch seconds) in which any of *restrictions* is open, in order, merged.

    Without restrictions that is all of it.
    """
    if not restrictions:
        return [(start, end)] if start < end else []
    merged: list[tuple[int, int]] = []
    reached = start  # until when the last of them is open
    for begin, finish in _windows(restrictions, zone_name=zone_name, start=start, end=end):
        begin, finish = max(begin, start), min(finish, end)
        if begin >= finish:
            continue
        if merged and begin <= reached:
            merged[-1] = (merged[-1][0], max(reached, finish))
        else:
            merged.append((begin, finish))
        reached = merged[-1][1]
    return merged


def _windows(restrictions: Sequence[Restriction], *, zone_name: str, start: int, end: int) -> list[tuple[int, int]]:
    """Each window of each day by its start. The day before the first one may reach into it."""
    clock = wall_clock(zone_name)
    first, last = clock.wall(start) // DAY_SECONDS - 1, clock.wall(end) // DAY_SECONDS + 1
    ordered = sorted(restrictions, key=lambda restriction: restriction.start)
    by_weekday = [
        [(entry.start * 60, (entry.start + entry.length) * 60) for entry in ordered if weekday in entry.weekdays]
        for weekday in range(7)
    ]
    found: list[tuple[int, int]] = []
    for day in range(first, last + 1):
        midnight = day * DAY_SECONDS
        offset = clock.offset_of_day(day)
        for begin, finish in by_weekday[(day + _WEEKDAY_OF_DAY_0) % 7]:
            if offset is not None and finish <= DAY_SECONDS:
                found.append((midnight + begin - offset, midnight + finish - offset))
            else:
                found.append((clock.instant(midnight + begin), clock.instant(midnight + finish)))
    return found
