"""Times as people write them in definitions: 09:00, mon, 2026-03-02T09:00."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple

from reliability.kit.instants import END, EPOCH
from reliability.kit.restrictions import DAY_MINUTES, WEEKDAYS
from reliability.kit.wall_clock import WallClock, from_wall_seconds, to_wall_seconds

_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?::00)?\Z")
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?\Z")
_WEEKDAY_NAMES = {
    **{name: index for index, name in enumerate(WEEKDAYS)},
    **{
        name: index
        for index, name in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
    },
    "tues": 1,
    "weds": 2,
    "thur": 3,
    "thurs": 3,
}


class TimeError(ValueError):
    """A text that is no time; the message says what to write."""


class Start(NamedTuple):
    """A moment as an instant, and what the clock of the zone shows there."""

    instant: int
    wall: datetime


def parse_minute_of_day(value: object, *, is_end: bool = False) -> int:
    """`09:00` as minutes since midnight; an end may be 24:00. Raises TimeError."""
    found = _TIME.match(value.strip()) if isinstance(value, str) else None
    minute = int(found[1]) * 60 + int(found[2]) if found else -1
    if not 0 <= minute <= DAY_MINUTES or (minute == DAY_MINUTES and not is_end):
        raise TimeError(f'{value!r} is no time of day: write hours and minutes in quotes, such as "09:00"')
    return minute


def format_minute_of_day(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def parse_weekday(value: object) -> int:
    """`mon` or `Monday` as 0. Raises TimeError."""
    weekday = _WEEKDAY_NAMES.get(value.strip().lower()) if isinstance(value, str) else None
    if weekday is None:
        why = " (numbers mean different days to different people)" if isinstance(value, int) else ""
        raise TimeError(f"{value!r} is no weekday: write one of {', '.join(WEEKDAYS)}{why}")
    return weekday


def parse_moment(value: object, *, clock: WallClock) -> Start:
    """`2026-03-02T09:00` on that clock, or an instant with Z or an offset. Whole minutes. Raises TimeError."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        parsed = None
    if parsed is None or (parsed.tzinfo is None and not _LOCAL.match(text)):
        raise TimeError(
            f"{value!r} is no moment: write local time such as 2026-03-02T09:00, or UTC such as 2026-03-02T08:00Z"
        )
    if parsed.second or parsed.microsecond:
        raise TimeError(f"{text} is not a whole minute: leave the seconds out")
    if parsed.tzinfo is None:
        if not EPOCH.year < parsed.year < END.year - 1:
            raise TimeError(f"{text} is outside the years 1971 to 2998: write a year between them")
        return Start(clock.instant(to_wall_seconds(parsed)), parsed)
    if not EPOCH < parsed < END:
        raise TimeError(f"{text} is outside the years 1970 to 2999: write an instant between them")
    instant = int(parsed.timestamp())
    return Start(instant, from_wall_seconds(clock.wall(instant)))


def format_moment(instant: int, *, clock: WallClock) -> str:
    """Local time, or UTC where the local time would name another instant (the second of two equal ones)."""
    wall = clock.wall(instant)
    if clock.instant(wall) == instant:
        return from_wall_seconds(wall).isoformat(timespec="minutes")
    return datetime.fromtimestamp(instant, UTC).isoformat(timespec="minutes").replace("+00:00", "Z")
