"""Quiet hours: when normal urgency waits, on the wall clock of the person's zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time

from reliability.kit.wall_clock import DAY_SECONDS, wall_clock

# 1970-01-01 was a Thursday.
_WEEKDAY_OF_DAY_0 = 3


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `start` to `end` on the clock; an end at or before the start lies on the next day.

    weekdays: those on which they begin, 0 = Monday; empty: every day.
    """

    start: time
    end: time
    weekdays: frozenset[int] = frozenset()


def quiet_until(*, quiet: Quiet | None, zone_name: str, at: datetime) -> datetime | None:
    """When the quiet hours that hold *at* end, in UTC; None outside of them.

    Ambiguous times (clocks set back) mean the first of the two, nonexistent ones the first instant after the gap.
    Hours that run into the next ones, such as 22:00 to 22:00 on weekdays, end with the last of them, eight days later
    at most: quiet hours without an end would be silence.
    """
    if quiet is None:
        return None
    second = int(at.timestamp() // 1)
    end = None
    for begins, ends in _windows(quiet, zone_name, second):
        if begins <= second < ends or (end is not None and begins <= end < ends):
            end = max(end or ends, ends)
    return None if end is None else datetime.fromtimestamp(end, UTC)


def _windows(quiet: Quiet, zone_name: str, second: int) -> Iterator[tuple[int, int]]:
    """Those that may hold *second* or follow on one that does, by their start."""
    clock = wall_clock(zone_name)
    today = clock.wall(second) // DAY_SECONDS
    start, end = (entry.hour * 3600 + entry.minute * 60 for entry in (quiet.start, quiet.end))
    length = end - start if end > start else end - start + DAY_SECONDS
    for day in range(today - 1, today + 8):
        if not quiet.weekdays or (day + _WEEKDAY_OF_DAY_0) % 7 in quiet.weekdays:
            begins = day * DAY_SECONDS + start
            yield clock.instant(begins), clock.instant(begins + length)
