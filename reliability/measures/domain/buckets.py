"""Days, weeks and months of a zone, cut to the period that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from reliability.kit.periods import Period

BUCKETS_MAX = 400


class Step(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def buckets_of(*, period: Period, step: Step, zone: ZoneInfo) -> list[Period]:
    """Consecutive, they cover the period exactly; the first and the last may be part of their day, week or month.

    Weeks begin on Monday. A day of a change of clocks has 23 or 25 hours.
    """
    found: list[Period] = []
    start = period.start
    while start < period.end:
        end = min(_next(start.astimezone(zone).date(), step, zone), period.end)
        found.append(Period(start, end))
        start = end
    return found


def cut_of(*, buckets: Sequence[Period], step: Step, zone: ZoneInfo) -> frozenset[Period]:
    """Those that are but a part of their day, week or month: nobody compares them with whole ones."""
    return frozenset(one for one in buckets if not _is_whole(one, step, zone))


def _is_whole(bucket: Period, step: Step, zone: ZoneInfo) -> bool:
    """What ends where the next begins is whole if it begins where it would as the next of the one before it."""
    before = (bucket.start - timedelta(microseconds=1)).astimezone(zone).date()
    first = bucket.start.astimezone(zone).date()
    return _next(before, step, zone) == bucket.start and _next(first, step, zone) == bucket.end


def _next(day: date, step: Step, zone: ZoneInfo) -> datetime:
    """The first instant of the day, week or month after that of *day*."""
    if step is Step.DAY:
        following = day + timedelta(days=1)
    elif step is Step.WEEK:
        following = day + timedelta(days=7 - day.weekday())
    else:
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return datetime.combine(following, time(), tzinfo=zone).astimezone(UTC)
