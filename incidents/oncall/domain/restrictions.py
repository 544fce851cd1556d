"""Restrictions: a layer that counts only at some hours of some days, on the wall clock of its zone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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


def open_windows(
    restrictions: Sequence[Restriction], *, zone_name: str, start: int, end: int
) -> Iterator[tuple[int, int]]:
    """The periods within [start, end) (epoch seconds) in which any of *restrictions* is open, in order, merged.

    Without restrictions that is all of it.
    """
    if not restrictions:
        if start < end:
            yield start, end
        return
    opened = opens = None
    for begin, finish in _windows(restrictions, zone_name=zone_name, start=start, end=end):
        begin, finish = max(begin, start), min(finish, end)
        if begin >= finish:
            continue
        if opened is None or opens is None:
            opened, opens = begin, finish
        elif begin <= opens:
            opens = max(opens, finish)
        else:
            yield opened, opens
            opened, opens = begin, finish
    if opened is not None and opens is not None:
        yield opened, opens


def _windows(restrictions: Sequence[Restriction], *, zone_name: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Each window of each day by its start. The day before the first one may reach into it."""
    clock = wall_clock(zone_name)
    first, last = clock.wall(start) // DAY_SECONDS - 1, clock.wall(end) // DAY_SECONDS + 1
    ordered = sorted(restrictions, key=lambda restriction: restriction.start)
    by_weekday = [[entry for entry in ordered if weekday in entry.weekdays] for weekday in range(7)]
    seconds = [[(entry.start * 60, (entry.start + entry.length) * 60) for entry in day] for day in by_weekday]
    instant = clock.instant
    for day in range(first, last + 1):
        midnight = day * DAY_SECONDS
        for begin, finish in seconds[(day + _WEEKDAY_OF_DAY_0) % 7]:
            yield instant(midnight + begin), instant(midnight + finish)
