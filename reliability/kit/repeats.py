"""When something takes place: once, or again and again by the clock of its zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from reliability.kit.periods import Period
from reliability.kit.wall_clock import DAY_SECONDS, WallClock, from_wall_seconds, to_wall_seconds, wall_clock

WEEKEND = (5, 6)


class Repeat(StrEnum):
    """How often. Months without the day, and years without the 29th of February, have none."""

    NEVER = "never"
    DAILY = "daily"
    WEEKDAYS = "weekdays"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"
    YEARLY = "yearly"

    @property
    def words(self) -> str:
        return _WORDS[self]

    @property
    def longest(self) -> timedelta:
        """How long a time may last, so that it is over before the next one begins."""
        return _LONGEST[self]

    @property
    def rule(self) -> str:
        """As RFC 5545 3.3.10 writes it; blank for what happens once."""
        return _RULES[self]


_WORDS = {
    Repeat.NEVER: "once",
    Repeat.DAILY: "every day",
    Repeat.WEEKDAYS: "Monday to Friday",
    Repeat.WEEKLY: "every week",
    Repeat.FORTNIGHTLY: "every two weeks",
    Repeat.MONTHLY: "every month",
    Repeat.YEARLY: "every year",
}
_LONGEST = {
    Repeat.NEVER: timedelta(days=366),
    Repeat.DAILY: timedelta(days=1),
    Repeat.WEEKDAYS: timedelta(days=1),
    Repeat.WEEKLY: timedelta(days=7),
    Repeat.FORTNIGHTLY: timedelta(days=14),
    Repeat.MONTHLY: timedelta(days=28),
    Repeat.YEARLY: timedelta(days=365),
}
_RULES = {
    Repeat.NEVER: "",
    Repeat.DAILY: "FREQ=DAILY",
    Repeat.WEEKDAYS: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    Repeat.WEEKLY: "FREQ=WEEKLY",
    Repeat.FORTNIGHTLY: "FREQ=WEEKLY;INTERVAL=2",
    Repeat.MONTHLY: "FREQ=MONTHLY",
    Repeat.YEARLY: "FREQ=YEARLY",
}
_STEP_DAYS = {Repeat.DAILY: 1, Repeat.WEEKDAYS: 1, Repeat.WEEKLY: 7, Repeat.FORTNIGHTLY: 14}
# A clock is set by hours at the most, so that wall days around a period are never further off than this.
_MARGIN_DAYS = 2


@dataclass(frozen=True, slots=True)
class Rule:
    """first: the first time. zone_name: whose clock repeats it. until: no time begins from then on."""

    first: Period
    zone_name: str
    repeat: Repeat = Repeat.NEVER
    until: datetime | None = None


def times(*, rule: Rule, period: Period) -> list[Period]:
    """Every time with a moment in common with *period*, in order: at most one for each day of it, and some before."""
    if rule.repeat is Repeat.NEVER:
        return [rule.first] if _meets(rule.first, period) else []
    clock = wall_clock(rule.zone_name)
    start = clock.wall(int(rule.first.start.timestamp()))
    length = clock.wall(int(rule.first.end.timestamp())) - start
    found = []
    for wall in _starts(rule.repeat, start, clock, period, length):
        time = Period(_instant(clock, wall), _instant(clock, wall + length))
        if rule.until is not None and time.start >= rule.until:
            break
        if _meets(time, period):
            found.append(time)
    return found


def _meets(time: Period, period: Period) -> bool:
    return time.start < period.end and time.end > period.start


def _instant(clock: WallClock, wall: int) -> datetime:
    return datetime.fromtimestamp(clock.instant(wall), UTC)


def _starts(repeat: Repeat, first: int, clock: WallClock, period: Period, length: int) -> Iterator[int]:
    """Wall seconds of the starts that may matter to *period*, in order."""
    margin = _MARGIN_DAYS * DAY_SECONDS
    since = clock.wall(int(period.start.timestamp())) - length - margin
    until = clock.wall(int(period.end.timestamp())) + margin
    if repeat in _STEP_DAYS:
        step = _STEP_DAYS[repeat] * DAY_SECONDS
        wall = first + max(0, -(-(since - first) // step)) * step
        while wall < until:
            if repeat is not Repeat.WEEKDAYS or from_wall_seconds(wall).weekday() not in WEEKEND:
                yield wall
            wall += step
        return
    yield from _of_months(from_wall_seconds(first), since, until, 12 if repeat is Repeat.YEARLY else 1)


def _of_months(first: datetime, since: int, until: int, step: int) -> Iterator[int]:
    reached = from_wall_seconds(max(since, to_wall_seconds(first)))
    ahead = (reached.year - first.year) * 12 + reached.month - first.month
    number = max(0, ahead // step - 1) * step
    while True:
        month = first.month - 1 + number
        number += step
        try:
            local = first.replace(year=first.year + month // 12, month=month % 12 + 1)
        except ValueError:  # no such day in that month
            if first.year + month // 12 > from_wall_seconds(until).year:
                return
            continue
        wall = to_wall_seconds(local)
        if wall >= until:
            return
        if wall >= since:
            yield wall
