"""Days with what lies in them: what the calendar page draws, worked out without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from chaos.runs.calendar import Entry, Kind
from reliability.kit.days import day_of, period_of_days, weeks_of_month
from reliability.kit.periods import Period

FIRST, LAST = date(1971, 1, 1), date(2990, 1, 1)
_ORDER = {
    kind: number for number, kind in enumerate((Kind.BLACKOUT, Kind.GAME_DAY, Kind.TRIAL, Kind.EXPERIMENT, Kind.RUN))
}
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Shown:
    """Which days: a month with the weeks it begins and ends in, a week, or a day. day: in it."""

    view: str
    day: date
    zone_name: str

    @property
    def first(self) -> date:
        if self.view == "month":
            return weeks_of_month(self.day)[0]
        return self.day - timedelta(days=self.day.weekday()) if self.view == "week" else self.day

    @property
    def count(self) -> int:
        return weeks_of_month(self.day)[1] if self.view == "month" else 7 if self.view == "week" else 1

    @property
    def period(self) -> Period:
        return period_of_days(self.first, self.count, zone_name=self.zone_name)

    @property
    def before(self) -> date:
        if self.view == "month":
            return (self.day.replace(day=1) - timedelta(days=1)).replace(day=1)
        return self.first - timedelta(days=self.count)

    @property
    def after(self) -> date:
        if self.view == "month":
            return (self.day.replace(day=1) + timedelta(days=31)).replace(day=1)
        return self.first + timedelta(days=self.count)

    @property
    def title(self) -> str:
        if self.view == "month":
            return f"{self.day:%B %Y}"
        if self.view == "day":
            return f"{self.day:%A, %-d %B %Y}"
        return f"{self.first:%-d %b} to {self.first + timedelta(days=6):%-d %b %Y}"

    def at(self, day: date) -> str:
        """As `?at=` has it."""
        return f"{day:%Y-%m}" if self.view == "month" else day.isoformat()


@dataclass(frozen=True, slots=True)
class Chip:
    """An entry on one day. begins, ends: on this day. time: in words, blank for what fills it."""

    entry: Entry
    begins: bool
    ends: bool
    time: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A day. more: how many entries are not among the chips. shifts: on-call shifts told by their number alone.
    is_frozen: a blackout fills it."""

    day: date
    chips: tuple[Chip, ...]
    more: int
    shifts: int
    is_outside: bool
    is_today: bool
    is_past: bool
    is_frozen: bool


def shown_of(*, view: str, at: str, today: date, zone_name: str) -> Shown:
    """From an address: `2026-11` or `2026-11-21`. What makes no sense is the month of today."""
    try:
        day = date.fromisoformat(f"{at}-01" if len(at) == 7 else at)
    except ValueError:
        day = today
    known = view if view in ("month", "week", "day") else "month"
    return Shown(known, min(max(day, FIRST), LAST), zone_name)


def cells(*, entries: Sequence[Entry], shown: Shown, today: date, most: int, folds_shifts: bool = False) -> list[Cell]:
    """Each day of *shown* with its entries, at most *most* of them. folds_shifts: of on-call shifts only their number,
    as they would hide the rest of a month."""
    zone = ZoneInfo(shown.zone_name)
    buckets: list[list[Chip]] = [[] for _ in range(shown.count)]
    periods = [
        period_of_days(shown.first + timedelta(days=n), 1, zone_name=shown.zone_name) for n in range(shown.count)
    ]
    frozen = [False] * shown.count
    shifts = [0] * shown.count
    for entry in entries:
        began = (day_of(entry.start, zone_name=shown.zone_name) - shown.first).days
        last = max(entry.end - _MOMENT, entry.start)
        ended = (day_of(last, zone_name=shown.zone_name) - shown.first).days
        for number in range(max(began, 0), min(ended, shown.count - 1) + 1):
            period = periods[number]
            is_filled = entry.start <= period.start and entry.end >= period.end
            if entry.kind is Kind.BLACKOUT and is_filled:
                frozen[number] = True
            if entry.kind is Kind.ON_CALL and folds_shifts:
                shifts[number] += 1
                continue
            if entry.kind is Kind.ON_CALL and number not in (began, 0) and number % 7:
                continue  # a shift is told where it begins, and once in each week
            buckets[number].append(
                Chip(entry, number == began, number == ended, _time(entry, number, began, ended, zone))
            )
    found = []
    for number, chips in enumerate(buckets):
        day = shown.first + timedelta(days=number)
        ordered = sorted(chips, key=_rank)
        # a link to one more takes as much room as that one
        kept = ordered if len(ordered) <= most else ordered[: most - 1]
        found.append(
            Cell(
                day=day,
                chips=tuple(kept),
                more=len(ordered) - len(kept),
                shifts=shifts[number],
                is_outside=shown.view == "month" and day.month != shown.day.month,
                is_today=day == today,
                is_past=day < today,
                is_frozen=frozen[number],
            )
        )
    return found


def _rank(chip: Chip) -> tuple[int, bool, datetime, str]:
    return _ORDER.get(chip.entry.kind, len(_ORDER)), chip.begins, chip.entry.start, chip.entry.title


def _time(entry: Entry, number: int, began: int, ended: int, zone: ZoneInfo) -> str:
    if entry.is_whole_days:
        return ""
    if number == began:
        return f"{entry.start.astimezone(zone):%H:%M}"
    return f"until {entry.end.astimezone(zone):%H:%M}" if number == ended else ""
