"""When a report is sent: on a day of the month after it, at an hour of a zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from incidents.learning.domain.periods import ReviewPeriod
from reliability.kit.wall_clock import to_wall_seconds, wall_clock

DAYS = (1, 28)  # every month has them
HOURS = (0, 23)
MONTHS = (1, 3)
# Collection catches up after an outage: so long a report waits for the end of its month, then it says what is missing.
SETTLING_MAX = timedelta(hours=24)
LOOK_AGAIN = timedelta(minutes=30)


def due_after(*, at: datetime, months: int, day: int, hour: int, zone_name: str) -> datetime:
    """The first instant later than *at* at which a report is due: the day and hour of the first month after a period.

    An hour that the clocks skip is the first instant after the gap, one that they show twice the first of the two.
    """
    month = ReviewPeriod.month_of(at, zone_name=zone_name)
    here = month.as_quarter() if months == 3 else month
    for step in (0, 1):
        first = here.shifted(step)
        month_of_year = first.index * months % 12 + 1
        wall = datetime(first.year, month_of_year, day, hour)  # noqa: DTZ001  a clock on a wall
        instant = datetime.fromtimestamp(wall_clock(zone_name).instant(to_wall_seconds(wall)), UTC)
        if instant > at:
            return instant
    raise AssertionError("the period after this one begins later")


def last_due(*, due_at: datetime, now: datetime, months: int, day: int, hour: int, zone_name: str) -> datetime:
    """The newest instant until *now* at which a report was due, *due_at* or one after it: nobody made it meanwhile."""
    found = due_at
    while (following := due_after(at=found, months=months, day=day, hour=hour, zone_name=zone_name)) <= now:
        found = following
    return found


def period_due(*, due_at: datetime, months: int, zone_name: str) -> ReviewPeriod:
    """Which period the report of that instant is of: the last one that was over."""
    month = ReviewPeriod.month_of(due_at, zone_name=zone_name)
    return (month.as_quarter() if months == 3 else month).shifted(-1)


def settling_words(names: list[str]) -> str:
    """What the report says when it was made without waiting any longer; blank when nothing was missing."""
    if not names:
        return ""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return (
        f"Made before everything had been measured to the end of the period: {', '.join(names[:5])}{more} had not. "
        "The page has the figures of today."
    )
