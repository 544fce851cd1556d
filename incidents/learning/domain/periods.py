"""Months and quarters of the calendar of a zone, UTC where none is named, as addresses name them: 2026-10, 2026-Q3."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from reliability.kit.days import first_instant_of
from reliability.kit.periods import Period

YEARS = (2000, 2200)
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_QUARTER = re.compile(r"([0-9]{4})-[Qq]([1-4])")


class ReviewPeriodError(ValueError):
    """Text that names neither a month nor a quarter."""


@dataclass(frozen=True, slots=True)
class ReviewPeriod:
    """index: months (or quarters) since the year 0; so many months long as `months`, 1 or 3."""

    months: int
    index: int
    zone_name: str = "UTC"

    @classmethod
    def parse(cls, text: str, *, zone_name: str = "UTC") -> ReviewPeriod:
        """Raises ReviewPeriodError that says how to write it."""
        month, quarter = _MONTH.fullmatch(text), _QUARTER.fullmatch(text)
        if month is not None and 1 <= int(month[2]) <= 12:
            found = cls(1, int(month[1]) * 12 + int(month[2]) - 1, zone_name)
        elif quarter is not None:
            found = cls(3, int(quarter[1]) * 4 + int(quarter[2]) - 1, zone_name)
        else:
            raise ReviewPeriodError("a period is a month such as 2026-10 or a quarter such as 2026-Q3")
        if not YEARS[0] < found.year < YEARS[1]:
            raise ReviewPeriodError(f"a period lies between {YEARS[0]} and {YEARS[1]}")
        return found

    @classmethod
    def month_of(cls, at: datetime, *, zone_name: str = "UTC") -> ReviewPeriod:
        local = at.astimezone(ZoneInfo(zone_name))
        return cls(1, local.year * 12 + local.month - 1, zone_name)

    @property
    def year(self) -> int:
        return self.index * self.months // 12

    @property
    def _first_month(self) -> int:
        """0 to 11."""
        return self.index * self.months % 12

    @property
    def slug(self) -> str:
        first = self._first_month
        return f"{self.year:04}-Q{first // 3 + 1}" if self.months == 3 else f"{self.year:04}-{first + 1:02}"

    @property
    def title(self) -> str:
        first = self._first_month
        return f"Q{first // 3 + 1} {self.year}" if self.months == 3 else f"{MONTHS[first]} {self.year}"

    @property
    def noun(self) -> str:
        return "quarter" if self.months == 3 else "month"

    @property
    def period(self) -> Period:
        return Period(self._start, self.shifted(1)._start)

    @property
    def _start(self) -> datetime:
        return first_instant_of(date(self.year, self._first_month + 1, 1), zone_name=self.zone_name)

    def shifted(self, steps: int) -> ReviewPeriod:
        """So many periods later; earlier when negative."""
        return ReviewPeriod(self.months, self.index + steps, self.zone_name)

    def as_quarter(self) -> ReviewPeriod:
        """The quarter that holds its start; itself when it is one."""
        return self if self.months == 3 else ReviewPeriod(3, self.index // 3, self.zone_name)

    def as_month(self) -> ReviewPeriod:
        """Its first month; itself when it is one."""
        return self if self.months == 1 else ReviewPeriod(1, self.index * 3, self.zone_name)
