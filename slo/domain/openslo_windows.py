"""Windows in the notation of OpenSLO v1 (spec.timeWindow)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from slo.domain.calendar import CalendarUnit, CalendarWindow
from slo.domain.rolling import RollingWindow
from slo.domain.window_errors import WindowError
from slo.domain.windows import Window

# Case matters: m is a minute and M a month. Source: OpenSLO v1, "duration-shorthand".
_UNITS = {
    "m": CalendarUnit.MINUTE,
    "h": CalendarUnit.HOUR,
    "d": CalendarUnit.DAY,
    "w": CalendarUnit.WEEK,
    "M": CalendarUnit.MONTH,
    "Q": CalendarUnit.QUARTER,
    "Y": CalendarUnit.YEAR,
}
_LETTERS = {unit: letter for letter, unit in _UNITS.items()}
_FIXED = (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("m", timedelta(minutes=1)))
_DURATION = re.compile(r"([1-9][0-9]{0,5})([mhdwMQY])\Z")


@dataclass(frozen=True, slots=True)
class OpenSloWindow:
    """The fields of one timeWindow entry; the last two are None for rolling windows."""

    duration: str
    is_rolling: bool
    start_time: str | None
    time_zone: str | None

    def to_json(self) -> dict[str, object]:
        """The entry as OpenSLO writes it."""
        entry: dict[str, object] = {"duration": self.duration, "isRolling": self.is_rolling}
        if not self.is_rolling:
            entry["calendar"] = {"startTime": self.start_time, "timeZone": self.time_zone}
        return entry


def from_openslo(*, duration: str, is_rolling: bool, start_time: str | None, time_zone: str | None) -> Window:
    """Read a timeWindow entry: `28d` rolling, or `1M`, `1Q`, `1Y` … with a calendar. Raises WindowError."""
    found = _DURATION.match(str(duration).strip())
    if found is None:
        raise WindowError(
            "window_length", f"{str(duration)[:40]!r} is no OpenSLO duration: write a number and m, h, d, w, M, Q or Y"
        )
    if is_rolling:
        return RollingWindow.parse(found.group(0))
    if start_time is None or time_zone is None:
        raise WindowError(
            "window_calendar",
            "a window that is not rolling needs calendar.startTime (2026-01-01 00:00:00) and calendar.timeZone",
        )
    start = str(start_time).strip()
    return CalendarWindow.parse(
        {"count": int(found.group(1)), "unit": _UNITS[found.group(2)].value, "start": start, "time_zone": time_zone}
    )


def to_openslo(window: Window) -> OpenSloWindow:
    """The timeWindow entry that `from_openslo` reads back as the same window."""
    if isinstance(window, CalendarWindow):
        start = _format_start(window.start)
        return OpenSloWindow(f"{window.count}{_LETTERS[window.unit]}", False, start, window.time_zone)
    letter, size = next((letter, size) for letter, size in _FIXED if not window.length % size)
    return OpenSloWindow(f"{window.length // size}{letter}", True, None, None)


def _format_start(start: datetime) -> str:
    return f"{start:%Y-%m-%d %H:%M:%S}"
