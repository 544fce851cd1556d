"""Calendar windows: periods of real minutes to years, counted from an anchor on the clocks of a zone."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from reliability.kit.instants import require_utc
from reliability.kit.periods import Period
from slo.domain.window_errors import WINDOW_LENGTH_MAX, WindowError
from slo.domain.zones import first_instant, zone_of

COUNT_MAX = 10_000


class CalendarUnit(StrEnum):
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_ELAPSED = {CalendarUnit.MINUTE: timedelta(minutes=1), CalendarUnit.HOUR: timedelta(hours=1)}
_DAYS = {CalendarUnit.DAY: 1, CalendarUnit.WEEK: 7}
_MONTHS = {CalendarUnit.MONTH: 1, CalendarUnit.QUARTER: 3, CalendarUnit.YEAR: 12}


@dataclass(frozen=True, slots=True)
class CalendarWindow:
    """Period k is [b(k), b(k+1)) with b(k) = the anchor `start` plus k × `count` units, for any whole k.

    Days to years step on the wall clock of `time_zone`, so a day may have 23 or 25 hours; a day of the month that
    a month lacks is its last day, always reckoned from the anchor (31 January, 28 February, 31 March). Minutes and
    hours are elapsed time. Before the anchor is as legal as after it. A period is at most ten years long. Raises
    WindowError.
    """

    count: int
    unit: CalendarUnit
    start: datetime  # wall-clock time of `time_zone`, without one of its own
    time_zone: str = "UTC"

    def __post_init__(self) -> None:
        if isinstance(self.count, bool) or not 1 <= self.count <= COUNT_MAX:
            raise WindowError("window_count", f"a calendar window counts 1 to {COUNT_MAX} units, got {self.count}")
        if self.start.tzinfo is not None:
            raise WindowError(
                "window_start", "the start of a calendar window is local time: leave its offset out and name time_zone"
            )
        if self.start.second or self.start.microsecond:
            raise WindowError("window_start", "the start of a calendar window is a whole minute")
        if not 1900 <= self.start.year <= 2900:
            raise WindowError("window_start", f"the start of a calendar window lies in 1900 to 2900, got {self.start}")
        if self.length_max > WINDOW_LENGTH_MAX:
            many = f"{self.count} {self.unit}s"
            raise WindowError("window_count", f"a calendar window is at most ten years long, got {many}: count fewer")
        zone_of(self.time_zone)

    @property
    def length_max(self) -> timedelta:
        """How long a period can be, but for an hour that clocks set back add."""
        if self.unit in _ELAPSED:
            return self.count * _ELAPSED[self.unit]
        if self.unit in _DAYS:
            return timedelta(days=self.count * _DAYS[self.unit])
        years, months = divmod(self.count * _MONTHS[self.unit], 12)
        return timedelta(days=366 * years + 31 * months)

    @classmethod
    def parse(cls, value: object) -> CalendarWindow:
        """Read {"count": 1, "unit": "month", "start": "2026-01-01T00:00:00", "time_zone": "Europe/Berlin"}."""
        if not isinstance(value, Mapping):
            raise WindowError("window_shape", "a calendar window has count, unit, start and time_zone")
        unknown = set(value) - {"count", "unit", "start", "time_zone"}
        if unknown:
            raise WindowError("window_shape", f"a calendar window has no {sorted(map(str, unknown))[0]!r}")
        count = value.get("count", 1)
        if isinstance(count, bool) or not isinstance(count, int):
            raise WindowError("window_count", f"the count of a calendar window is a whole number, got {count!r}")
        return cls(
            count, _unit(value.get("unit")), _start(value.get("start")), _zone_name(value.get("time_zone", "UTC"))
        )

    def period_at(self, now: datetime) -> Period:
        """The period that holds *now*."""
        step = self._step_at(require_utc(now))
        return Period(self._boundary(step), self._boundary(step + 1))

    def previous(self, period: Period) -> Period:
        """The period before the one that starts with *period*; periods that a zone skipped whole are passed over."""
        return self.period_at(period.start - timedelta(microseconds=1))

    def describe(self) -> str:
        many = f"{self.count} {self.unit}s" if self.count > 1 else f"{self.unit}"
        return f"each {many} of the calendar from {self.start:%Y-%m-%d %H:%M}, {self.time_zone}"

    def warnings(self) -> tuple[str, ...]:
        if self.count == 1 and self.unit is CalendarUnit.MINUTE:
            return ("a calendar window of one minute (1m) is almost surely meant to be a month: write 1M",)
        return ()

    def to_json(self) -> dict[str, object]:
        """The notation `parse_window` reads."""
        start = self.start.isoformat(timespec="seconds")
        return {"calendar": {"count": self.count, "unit": self.unit.value, "start": start, "time_zone": self.time_zone}}

    def _boundary(self, step: int) -> datetime:
        try:
            return _boundary(self, step)
        except (OverflowError, ValueError) as error:
            raise WindowError("window_range", "the period lies beyond the years the calendar knows") from error

    def _step_at(self, now: datetime) -> int:
        step = self._guess(now)
        while self._boundary(step) > now:
            step -= 1
        while self._boundary(step + 1) <= now:
            step += 1
        return step

    def _guess(self, now: datetime) -> int:
        """A step within one or two of the right one."""
        wall = now.astimezone(zone_of(self.time_zone)).replace(tzinfo=None)
        if self.unit in _MONTHS:
            months = (wall.year - self.start.year) * 12 + wall.month - self.start.month
            return months // (self.count * _MONTHS[self.unit])
        if self.unit in _DAYS:
            return (wall - self.start).days // (self.count * _DAYS[self.unit])
        return (now - self._boundary(0)) // (self.count * _ELAPSED[self.unit])


@lru_cache(maxsize=8192)
def _boundary(window: CalendarWindow, step: int) -> datetime:
    """b(step), in UTC: reckoned from the anchor, never from another boundary, so that clamped days do not stick."""
    zone, count = zone_of(window.time_zone), step * window.count
    if window.unit in _ELAPSED:
        return first_instant(window.start, zone) + count * _ELAPSED[window.unit]
    if window.unit in _DAYS:
        return first_instant(window.start + timedelta(days=count * _DAYS[window.unit]), zone)
    year, month0 = divmod(window.start.year * 12 + window.start.month - 1 + count * _MONTHS[window.unit], 12)
    day = min(window.start.day, calendar.monthrange(year, month0 + 1)[1])
    return first_instant(window.start.replace(year=year, month=month0 + 1, day=day), zone)


def _unit(value: object) -> CalendarUnit:
    try:
        return CalendarUnit(str(value))
    except ValueError:
        units = ", ".join(unit.value for unit in CalendarUnit)
        raise WindowError("window_unit", f"the unit of a calendar window is one of {units}, got {value!r}") from None


def _start(value: object) -> datetime:
    try:
        return datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise WindowError(
            "window_start", f"the start of a calendar window is local time such as 2026-01-01T00:00:00, got {value!r}"
        ) from None


def _zone_name(value: object) -> str:
    if not isinstance(value, str):
        raise WindowError("unknown_zone", f"a time zone is an IANA name such as Europe/Berlin, got {value!r}")
    return zone_of(value).key
