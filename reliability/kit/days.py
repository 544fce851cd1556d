"""Days on the clocks of a zone, and which of them a month shows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from reliability.kit.periods import Period
from reliability.kit.wall_clock import DAY_SECONDS, wall_clock

_EPOCH = date(1970, 1, 1)


def first_instant_of(day: date, *, zone_name: str) -> datetime:
    """When the day begins on the clocks of the zone."""
    return datetime.fromtimestamp(wall_clock(zone_name).instant((day - _EPOCH).days * DAY_SECONDS), UTC)


def day_of(instant: datetime, *, zone_name: str) -> date:
    """The day that the clocks of the zone show."""
    return _EPOCH + timedelta(days=wall_clock(zone_name).wall(int(instant.timestamp())) // DAY_SECONDS)


def period_of_days(first: date, count: int, *, zone_name: str) -> Period:
    last = first + timedelta(days=count)
    return Period(first_instant_of(first, zone_name=zone_name), first_instant_of(last, zone_name=zone_name))


def weeks_of_month(shown: date) -> tuple[date, int]:
    """The Monday on or before the first of the month, and how many days until the week with its last is over."""
    first = shown.replace(day=1)
    monday = first - timedelta(days=first.weekday())
    following = (first + timedelta(days=31)).replace(day=1)
    days = (following - monday).days
    return monday, days + -days % 7
