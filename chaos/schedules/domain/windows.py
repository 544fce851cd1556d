"""Windows of a schedule: hours of weekdays on the clocks of its zone, in the notation of restrictions.

    [{"weekdays": ["mon", "tue"], "start": "09:00", "end": "17:00"}, …]

An end at or before the start lies on the next day. No window at all: always open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from reliability.kit.restrictions import WEEKDAYS, Restriction, open_windows
from reliability.kit.times import TimeError, format_minute_of_day, parse_minute_of_day, parse_weekday

# A weekly window that falls into a gap of the clocks opens a week later.
_AHEAD = timedelta(days=16)
_SECOND = timedelta(seconds=1)


def read_windows(value: object) -> tuple[Restriction, ...]:
    """Raises TimeError with the number of the window and what to change."""
    if not isinstance(value, list):
        raise TimeError("windows are a list")
    found = []
    for number, entry in enumerate(value, start=1):
        try:
            found.append(_window(entry))
        except TimeError as error:
            raise TimeError(f"window {number}: {error}") from error
    return tuple(found)


def windows_json(windows: Sequence[Restriction]) -> list[dict[str, Any]]:
    """The one way to write windows: what is stored, compared and shown."""
    return [
        {
            "weekdays": [WEEKDAYS[day] for day in sorted(window.weekdays)],
            "start": format_minute_of_day(window.start),
            "end": format_minute_of_day(window.end),
        }
        for window in windows
    ]


def open_until(windows: Sequence[Restriction], *, zone_name: str, at: datetime) -> datetime | None:
    """When the window closes that is open at *at*; None when none is. Without windows, or far ahead: *at* + 16 days."""
    start = int(at.timestamp())
    spans = open_windows(windows, zone_name=zone_name, start=start, end=start + _AHEAD // _SECOND)
    if spans and spans[0][0] == start:
        return datetime.fromtimestamp(spans[0][1], UTC)
    return None


def opens_at(windows: Sequence[Restriction], *, zone_name: str, at: datetime) -> datetime | None:
    """The first instant at or after *at* at which a window is open; None when none opens within 16 days."""
    start = int(at.timestamp())
    spans = open_windows(windows, zone_name=zone_name, start=start, end=start + _AHEAD // _SECOND)
    if not spans:
        return None
    return at if spans[0][0] == start else datetime.fromtimestamp(spans[0][0], UTC)


def _window(value: object) -> Restriction:
    if not isinstance(value, Mapping):
        raise TimeError('write {"weekdays": ["mon"], "start": "09:00", "end": "17:00"}')
    odd = sorted(set(map(str, value)) - {"weekdays", "start", "end"})
    if odd:
        raise TimeError(f"{odd[0]!r} is not known: a window has weekdays, start and end")
    days = value.get("weekdays") or list(WEEKDAYS)
    if not isinstance(days, list):
        raise TimeError("weekdays are a list, such as mon, tue")
    start = parse_minute_of_day(value.get("start", "00:00"))
    return Restriction(
        frozenset(parse_weekday(day) for day in days),
        start,
        parse_minute_of_day(value.get("end", "24:00"), is_end=True),
    )
