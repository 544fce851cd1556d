"""When a schedule is due, and when what is due may start. All instants UTC, periods half-open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from chaos.schedules.domain.policies import Misfire, Outside
from chaos.schedules.domain.windows import open_until, opens_at
from reliability.kit.cron import CronTimes
from reliability.kit.instants import EARLIEST, END
from reliability.kit.periods import Period
from reliability.kit.restrictions import Restriction
from reliability.kit.wall_clock import to_wall_seconds, wall_clock

_INSTANT = timedelta(microseconds=1)
_DAY = timedelta(days=1)
# How far to look back for the newest instants, each step when the one before found too few.
_LOOKS_BACK = (timedelta(hours=4), _DAY, timedelta(days=10), timedelta(days=100), timedelta(days=3_700))


@dataclass(frozen=True)
class Timing:
    """Either once_at, or cron on the clocks of the zone. first_day and last_day are of the zone, both belong to it."""

    once_at: datetime | None = None
    cron: str = ""
    zone_name: str = "UTC"
    first_day: date | None = None
    last_day: date | None = None
    windows: tuple[Restriction, ...] = ()
    outside: Outside = Outside.SKIP
    misfire: Misfire = Misfire.SKIP
    grace: timedelta = timedelta(minutes=10)

    @cached_property
    def days(self) -> Period:
        """From the start of the first day to the end of the last."""
        start = EARLIEST if self.first_day is None else self._midnight(self.first_day)
        end = END if self.last_day is None else self._midnight(self.last_day + _DAY)
        return Period(start, max(start, end))

    def next_due(self, *, after: datetime) -> datetime | None:
        """The first instant later than *after* at which it is due."""
        after = max(after, self.days.start - _INSTANT)
        if self.once_at is not None:
            found: datetime = self.once_at
        else:
            try:
                found = CronTimes(self.cron, self.zone_name).next_after(after)
            except ValueError:  # it never comes again
                return None
        return found if after < found < self.days.end else None

    def due_in(self, period: Period) -> Iterator[datetime]:
        """Each instant of the period at which it is due, in order."""
        at = self.next_due(after=period.start - _INSTANT)
        while at is not None and at < period.end:
            yield at
            at = self.next_due(after=at)

    def newest_due(self, period: Period, *, count: int) -> list[datetime]:
        """The last *count* instants of the period, in order, without a walk through all of it."""
        found: list[datetime] = []
        for back in _LOOKS_BACK:
            start = max(period.start, period.end - back)
            found = list(self.due_in(Period(start, period.end)))
            if len(found) >= count or start == period.start:
                break
        return found[-count:]

    def starts_at(self, due_at: datetime) -> datetime | None:
        """When what is due then may start: at once, when a window opens, or None: never."""
        opening = opens_at(self.windows, zone_name=self.zone_name, at=due_at)
        if opening is None or opening >= self.days.end:
            return None
        return opening if opening == due_at or self.outside is Outside.WAIT else None

    def may_start_until(self, at: datetime) -> datetime | None:
        """Until when it may start when it did not at *at*; None when it may not start at *at*."""
        if not self.days.contains(at):
            return None
        until = open_until(self.windows, zone_name=self.zone_name, at=at)
        return None if until is None else min(until, self.days.end)

    def _midnight(self, day: date) -> datetime:
        wall = to_wall_seconds(datetime(day.year, day.month, day.day))  # noqa: DTZ001  a time on a wall has no zone
        return datetime.fromtimestamp(wall_clock(self.zone_name).instant(wall), UTC)
