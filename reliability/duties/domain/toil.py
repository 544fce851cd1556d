"""Toil: hours of manual, repetitive work, and the share of a team's capacity that they take.

The 50 % mark: "at least 50 % of each SRE's time should be spent on engineering project work", Google, Site Reliability
Engineering (2016), chapter 5.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

TOIL_SHARE_MAX = Decimal("0.5")
HOURS_PER_PERSON = Decimal(40)
HOURS_MIN, HOURS_MAX = Decimal("0.05"), Decimal(200)
CAPACITY_MAX = Decimal(100_000)
WHAT_MAX = 500


class Category(StrEnum):
    INTERRUPTS = "interrupts"
    TICKETS = "tickets"
    RELEASES = "releases"
    DATA_FIXES = "data_fixes"
    ALERTS = "alerts"
    ACCESS = "access"
    OTHER = "other"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Category.INTERRUPTS: "interrupts",
    Category.TICKETS: "tickets",
    Category.RELEASES: "releases by hand",
    Category.DATA_FIXES: "fixing data",
    Category.ALERTS: "noisy alerts",
    Category.ACCESS: "access and accounts",
    Category.OTHER: "other",
}


@dataclass(frozen=True, slots=True)
class Spent:
    """Hours of one category that one team spent on one day."""

    team_id: int
    day: date
    category: str
    hours: Decimal


@dataclass(frozen=True, slots=True)
class Week:
    """monday: it begins there. share: of the capacity, None when that is not known."""

    monday: date
    by_category: Mapping[str, Decimal]
    hours: Decimal
    share: Decimal | None


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def weeks_until(*, day: date, count: int) -> list[date]:
    """The Mondays of *count* weeks, the last one that of *day*, oldest first."""
    last = monday_of(day)
    return [last - timedelta(weeks=back) for back in range(count - 1, -1, -1)]


def by_week(*, spent: Iterable[Spent], mondays: Iterable[date], capacity: Decimal) -> list[Week]:
    """A week without an entry has 0 hours: nobody wrote any down. capacity: hours per week; 0: not known."""
    hours: dict[date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for one in spent:
        hours[monday_of(one.day)][one.category] += one.hours
    return [_week(monday, hours.get(monday, {}), capacity) for monday in mondays]


def share_of(*, hours: Decimal, capacity: Decimal, weeks: Decimal = Decimal(1)) -> Decimal | None:
    """hours / (capacity × weeks); None when the capacity is not known."""
    whole = capacity * weeks
    return hours / whole if whole > 0 else None


def _week(monday: date, by_category: Mapping[str, Decimal], capacity: Decimal) -> Week:
    total = sum(by_category.values(), Decimal())
    return Week(monday, dict(by_category), total, share_of(hours=total, capacity=capacity))
