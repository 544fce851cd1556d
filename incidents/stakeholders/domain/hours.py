"""When somebody wants to be told: hours of weekdays on the clock of their own zone.

A stored hour stays what the wall shows: 09:00 is 09:00 before and after the clocks change. Where clocks skip it, it is
the first instant after the gap; where they show it twice, the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from incidents.stakeholders.domain.kinds import Mode
from reliability.kit.restrictions import WEEKDAYS, Restriction, open_windows
from reliability.kit.times import parse_minute_of_day
from reliability.kit.wall_clock import DAY_SECONDS

# Hours come each week; one that falls into the gap of a change of clocks comes the week after.
_AHEAD_SECONDS = 22 * DAY_SECONDS


@dataclass(frozen=True, slots=True)
class Hours:
    """restrictions: none is any time. at_once: severities from 1 to this one wait for no hour; 0: all do."""

    restrictions: tuple[Restriction, ...]
    zone_name: str
    at_once: int


def hours_of(*, stored: Sequence[Mapping[str, Any]], zone_name: str, at_once: int) -> Hours:
    """From what is stored: [{"weekdays": ["mon"], "start": "09:00", "end": "17:00"}]."""
    restrictions = tuple(
        Restriction(
            frozenset(WEEKDAYS.index(day) for day in entry["weekdays"]),
            parse_minute_of_day(entry["start"]),
            parse_minute_of_day(entry["end"], is_end=True),
        )
        for entry in stored
    )
    return Hours(restrictions, zone_name, at_once)


def told_at(*, hours: Hours, mode: Mode, severity: int | None, now: datetime) -> datetime:
    """*now*, or when their next hour begins. severity: of the incident; None: about something that never hurries."""
    if mode is Mode.NOW or (severity is not None and severity <= hours.at_once):
        return now
    return next_open(hours=hours, at=now)


def next_open(*, hours: Hours, at: datetime) -> datetime:
    """*at* within their hours, else the first instant of the next ones, in whole seconds, UTC."""
    start = int(at.timestamp())
    windows = open_windows(hours.restrictions, zone_name=hours.zone_name, start=start, end=start + _AHEAD_SECONDS)
    if not windows or windows[0][0] <= start:
        return at
    return datetime.fromtimestamp(windows[0][0], UTC)
