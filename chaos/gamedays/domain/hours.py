"""When somebody is told of what is not urgent: by day, on the clock of their own zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfoNotFoundError

from reliability.kit.wall_clock import DAY_SECONDS, WallClock, wall_clock

_HOUR = 3600
DAY_BEGINS = 8 * _HOUR
DAY_ENDS = 20 * _HOUR


def by_day(*, at: datetime, zone_name: str, latest: datetime) -> datetime:
    """*at* when that is between 08:00 and 20:00 there; else the next 08:00, but never after *latest*.

    latest: later it would be worth nothing. An unknown zone counts as UTC.
    """
    moved = _next_day_hour(at, zone_name)
    return max(at, min(moved, latest))


def day_before(*, starts_at: datetime, zone_name: str) -> datetime:
    """The last moment by day that is at least 24 hours before the start."""
    clock = _clock(zone_name)
    instant = int(starts_at.timestamp()) - DAY_SECONDS
    wall = clock.wall(instant)
    midnight, second = wall - wall % DAY_SECONDS, wall % DAY_SECONDS
    if second < DAY_BEGINS:
        instant = clock.instant(midnight - DAY_SECONDS + DAY_ENDS)
    elif second > DAY_ENDS:
        instant = clock.instant(midnight + DAY_ENDS)
    return datetime.fromtimestamp(instant, UTC)


def at_nine(*, year: int, month: int, day: int, zone_name: str) -> datetime:
    """09:00 of that date there."""
    days = int(datetime(year, month, day, tzinfo=UTC).timestamp()) // DAY_SECONDS
    return datetime.fromtimestamp(_clock(zone_name).instant(days * DAY_SECONDS + 9 * _HOUR), UTC)


def _next_day_hour(at: datetime, zone_name: str) -> datetime:
    clock = _clock(zone_name)
    wall = clock.wall(int(at.timestamp()))
    midnight, second = wall - wall % DAY_SECONDS, wall % DAY_SECONDS
    if DAY_BEGINS <= second < DAY_ENDS:
        return at
    next_day = midnight if second < DAY_BEGINS else midnight + DAY_SECONDS
    return datetime.fromtimestamp(clock.instant(next_day + DAY_BEGINS), UTC)


def _clock(zone_name: str) -> WallClock:
    try:
        return wall_clock(zone_name)
    except (ZoneInfoNotFoundError, ValueError):
        return wall_clock("UTC")
