"""What a schedule does, said again the slow way: each minute is looked at on the clock of the zone, nothing is shared
with the code under test. Cron fields are sets of numbers, hours of windows are minutes of the day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
ALL_DAYS = frozenset(range(7))


@dataclass(frozen=True)
class Plan:
    """minutes and hours None: every one, by real time. weekdays: Monday is 0. windows: (weekdays, start, end)."""

    zone_name: str
    minutes: frozenset[int] | None
    hours: frozenset[int] | None
    weekdays: frozenset[int] = ALL_DAYS
    once_at: datetime | None = None
    windows: tuple[tuple[frozenset[int], int, int], ...] = ()
    waits: bool = False
    runs_once: bool = False
    grace_minutes: int = 10
    first_day: date | None = None
    last_day: date | None = None

    @property
    def cron(self) -> str:
        if self.once_at is not None:
            return ""
        days = "*" if self.weekdays == ALL_DAYS else ",".join(str((day + 1) % 7) for day in sorted(self.weekdays))
        return f"{_field(self.minutes)} {_field(self.hours)} * * {days}"


@dataclass(frozen=True)
class Fate:
    """outcome: requested, skipped or waiting; at: when the run was asked for."""

    outcome: str
    at: datetime | None = None


def due_minutes(plan: Plan, *, start: datetime, end: datetime) -> list[datetime]:
    """The instants of [start, end) at which it is due, by a look at every minute of the wall or of real time."""
    if plan.once_at is not None:
        return [plan.once_at] if start <= plan.once_at < end and _is_in_days(plan, plan.once_at) else []
    zone = ZoneInfo(plan.zone_name)
    if plan.minutes is None or plan.hours is None:
        found = {at for at in _minutes(start, end) if _fits(plan, at.astimezone(zone).replace(tzinfo=None))}
    else:
        found = set()
        wall = start.astimezone(zone).replace(tzinfo=None) - 2 * DAY
        while wall < end.astimezone(zone).replace(tzinfo=None) + 2 * DAY:
            if _fits(plan, wall):
                found.add(_first_instant(wall, zone))
            wall += MINUTE
    return sorted(at for at in found if start <= at < end and _is_in_days(plan, at))


def fates(plan: Plan, *, start: datetime, end: datetime, is_up: Sequence[bool]) -> dict[datetime, Fate]:
    """What becomes of each instant of [start, end). is_up: of each minute, whether anything was there to look.

    A due instant may start at once, or (outside of the windows, when it waits) at the next minute that is open. It is
    found at the first minute at or after that at which something looks. Of those that are found together, or wait
    together, the newest goes on.
    """
    minutes = list(_minutes(start, end))
    is_open = [_is_open(plan, at) and _is_in_days(plan, at) for at in minutes]
    index_of = {at: number for number, at in enumerate(minutes)}
    result: dict[datetime, Fate] = {}
    waiting: list[tuple[datetime, int]] = []  # with the number of the minute at which each may start
    due = due_minutes(plan, start=start, end=end)
    for number, now in enumerate(minutes):
        if not is_up[number]:
            continue
        starts = [(at, _start_of(plan, index_of[at], is_open)) for at in due if at <= now]
        due = [at for at in due if at > now]
        result |= {at: Fate("skipped") for at, first in starts if first is None}
        waiting += [(at, first) for at, first in starts if first is not None]
        late = [] if plan.runs_once else [at for at, first in waiting if number - first > plan.grace_minutes]
        rest = [one for one in waiting if one[0] not in late]
        result |= {at: Fate("skipped") for at in [*late, *(at for at, _ in rest[:-1])]}
        waiting = rest[-1:]
        if waiting and waiting[0][1] <= number:
            at, later = waiting[0][0], _start_of(plan, number, is_open)
            waiting = [] if later is None or later == number else [(at, later)]
            if not waiting:
                result[at] = Fate("skipped") if later is None else Fate("requested", now)
    result |= {at: Fate("waiting") for at, _ in waiting}
    return result


def _start_of(plan: Plan, number: int, is_open: Sequence[bool]) -> int | None:
    """The number of the minute at which what is due at *number* may start. Beyond the end nothing is known: as if it
    opened right after."""
    if is_open[number]:
        return number
    if not plan.waits:
        return None
    later = next((one for one in range(number, len(is_open)) if is_open[one]), None)
    is_over = plan.last_day is not None  # it lies before the end
    return later if later is not None or is_over else len(is_open)


def _is_open(plan: Plan, at: datetime) -> bool:
    """A window of a day begins and ends when the clock first shows its times, or right after the gap they are in."""
    if not plan.windows:
        return True
    zone = ZoneInfo(plan.zone_name)
    today = at.astimezone(zone).replace(tzinfo=None, hour=0, minute=0)
    for day in (today - DAY, today, today + DAY):
        for weekdays, start, end in plan.windows:
            last = day + end * MINUTE if end > start else day + DAY + end * MINUTE
            if day.weekday() not in weekdays:
                continue
            if _first_instant(day + start * MINUTE, zone) <= at < _first_instant(last, zone):
                return True
    return False


def _is_in_days(plan: Plan, at: datetime) -> bool:
    day = at.astimezone(ZoneInfo(plan.zone_name)).date()
    return (plan.first_day is None or day >= plan.first_day) and (plan.last_day is None or day <= plan.last_day)


def _fits(plan: Plan, wall: datetime) -> bool:
    return (
        (plan.minutes is None or wall.minute in plan.minutes)
        and (plan.hours is None or wall.hour in plan.hours)
        and wall.weekday() in plan.weekdays
    )


@lru_cache(maxsize=50_000)
def _first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """A time that is skipped is met at the first instant after the gap, one that is repeated at its first."""
    while (at := wall.replace(tzinfo=zone).astimezone(UTC)).astimezone(zone).replace(tzinfo=None) != wall:
        wall += MINUTE
    return at


def _minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += MINUTE


def _field(values: frozenset[int] | None) -> str:
    return "*" if values is None else ",".join(map(str, sorted(values)))
