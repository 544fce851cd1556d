"""Days, ISO weeks, months, quarters and years of a zone, as addresses name them.

2026-10-03 · 2026-W41 · 2026-10 · 2026-Q3 · 2026; and `day` to `year` for the one that holds now.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property

from reliability.kit.periods import Period
from slo.domain.calendar import CalendarUnit, CalendarWindow
from slo.domain.zones import zone_of

YEARS = (2000, 2200)
_ANCHOR = datetime(2024, 1, 1)  # noqa: DTZ001  wall time; a Monday, and the first of a month, a quarter and a year
_WEEK = re.compile(r"([0-9]{4})-[Ww]([0-9]{2})")
_QUARTER = re.compile(r"([0-9]{4})-[Qq]([1-4])")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_HINT = "write a day such as 2026-10-03, a week 2026-W41, a month 2026-10, a quarter 2026-Q3 or a year 2026"


class PeriodKind(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class CalendarPeriodError(ValueError):
    """Text that names no period; the message says how to write one."""


@dataclass(frozen=True)
class CalendarPeriod:
    """The period of *kind* in *zone_name* that begins on the day *first*. Make one by `holding` or `named`."""

    kind: PeriodKind
    first: date
    zone_name: str

    @classmethod
    def holding(cls, instant: datetime, *, kind: PeriodKind, zone_name: str) -> CalendarPeriod:
        """Raises WindowError for an unknown zone."""
        start = _window(kind, zone_name).period_at(instant).start
        # Where a day begins late (clocks set forward at midnight) its first instant is still on it.
        return cls(kind, start.astimezone(zone_of(zone_name)).date(), zone_name)

    @classmethod
    def named(cls, text: str, *, zone_name: str, now: datetime) -> CalendarPeriod:
        """Raises CalendarPeriodError that says how to write it."""
        wanted = text.strip()
        if wanted in PeriodKind._value2member_map_:
            return cls.holding(now, kind=PeriodKind(wanted), zone_name=zone_name)
        try:
            kind, first = _parsed(wanted)
        except ValueError as error:
            raise CalendarPeriodError(f"{wanted[:20]!r} is no period: {_HINT}") from error
        if not YEARS[0] <= first.year < YEARS[1]:
            raise CalendarPeriodError(f"a period lies between {YEARS[0]} and {YEARS[1]}")
        return cls(kind, first, zone_name)

    @property
    def period(self) -> Period:
        return self._period

    @cached_property
    def _period(self) -> Period:
        window = _window(self.kind, self.zone_name)
        # Noon of its first day lies in it in every zone.
        noon = datetime(self.first.year, self.first.month, self.first.day, 12, tzinfo=zone_of(self.zone_name))
        return window.period_at(noon)

    @property
    def slug(self) -> str:
        """As `named` reads it."""
        match self.kind:
            case PeriodKind.DAY:
                return self.first.isoformat()
            case PeriodKind.WEEK:
                year, week, _ = self.first.isocalendar()
                return f"{year:04}-W{week:02}"
            case PeriodKind.MONTH:
                return f"{self.first:%Y-%m}"
            case PeriodKind.QUARTER:
                return f"{self.first.year:04}-Q{self._quarter}"
            case PeriodKind.YEAR:
                return f"{self.first.year:04}"

    @property
    def title(self) -> str:
        match self.kind:
            case PeriodKind.MONTH:
                return f"{_MONTHS[self.first.month - 1]} {self.first.year}"
            case PeriodKind.QUARTER:
                return f"Q{self._quarter} {self.first.year}"
            case _:
                return self.slug

    def previous(self) -> CalendarPeriod:
        return self.holding(self.period.start - timedelta(microseconds=1), kind=self.kind, zone_name=self.zone_name)

    def following(self) -> CalendarPeriod:
        return self.holding(self.period.end, kind=self.kind, zone_name=self.zone_name)

    def until(self, count: int) -> list[CalendarPeriod]:
        """This one and those before it, *count* in all, the oldest first."""
        found = [self]
        while len(found) < count:
            found.append(found[-1].previous())
        return found[::-1]

    @property
    def _quarter(self) -> int:
        return (self.first.month - 1) // 3 + 1


def periods_touching(*, kind: PeriodKind, zone_name: str, whole: Period) -> list[CalendarPeriod]:
    """Every period of the calendar with a moment in *whole*, the oldest first."""
    if whole.is_empty:
        return []
    found = [CalendarPeriod.holding(whole.start, kind=kind, zone_name=zone_name)]
    while found[-1].period.end < whole.end:
        found.append(found[-1].following())
    return found


def _window(kind: PeriodKind, zone_name: str) -> CalendarWindow:
    return CalendarWindow(1, CalendarUnit(kind.value), _ANCHOR, zone_name)


def _parsed(text: str) -> tuple[PeriodKind, date]:
    if week := _WEEK.fullmatch(text):
        return PeriodKind.WEEK, date.fromisocalendar(int(week[1]), int(week[2]), 1)
    if quarter := _QUARTER.fullmatch(text):
        return PeriodKind.QUARTER, date(int(quarter[1]), int(quarter[2]) * 3 - 2, 1)
    if re.fullmatch(r"[0-9]{4}", text):
        return PeriodKind.YEAR, date(int(text), 1, 1)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}", text):
        return PeriodKind.MONTH, date(int(text[:4]), int(text[5:]), 1)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return PeriodKind.DAY, date.fromisoformat(text)
    raise ValueError(text)
