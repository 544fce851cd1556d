"""Windows an SLO is judged over: rolling ones, and periods of the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from slo.domain.calendar import CalendarUnit, CalendarWindow
from slo.domain.rolling import RollingWindow
from slo.domain.window_errors import WindowError

__all__ = ["CalendarUnit", "CalendarWindow", "RollingWindow", "Window", "WindowError", "parse_window"]

Window: TypeAlias = RollingWindow | CalendarWindow


def parse_window(notation: Mapping[str, object]) -> Window:
    """Read {"rolling": "28d"} or {"calendar": {"count", "unit", "start", "time_zone"}}. Raises WindowError."""
    if not isinstance(notation, Mapping) or len(notation) != 1:
        raise WindowError("window_shape", 'a window is {"rolling": "28d"} or {"calendar": {…}}')
    ((kind, value),) = notation.items()
    if kind == "rolling":
        return RollingWindow.parse(value)
    if kind == "calendar":
        return CalendarWindow.parse(value)
    raise WindowError("window_kind", f"a window is rolling or calendar, got {kind!r}")
