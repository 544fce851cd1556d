"""When the budget will be spent if it burns on as it does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from reliability.kit.durations import humanize_duration
from reliability.kit.periods import Period
from slo.domain.burn import STANDARD_WINDOWS
from slo.domain.calendar import CalendarWindow
from slo.domain.windows import Window

HORIZON = timedelta(days=3660)


class ForecastReason(StrEnum):
    NO_DATA = "no_data"
    EXHAUSTED = "exhausted"
    NOT_BURNING = "not_burning"
    BEYOND_PERIOD = "beyond_period"
    BEYOND_HORIZON = "beyond_horizon"
    BURNING = "burning"
    BURNING_SLOWLY = "burning_slowly"


@dataclass(frozen=True, slots=True)
class Forecast:
    """`exhausted_at` is None when none is foreseen.

    is_within_window: it comes before the window is over, and the rate is not one that a rolling window bears for
    ever. At a burn rate of 1 or less (`BURNING_SLOWLY`) a rolling window gets back what grows old, so the instant
    is the earliest possible and no reason for alarm.
    """

    exhausted_at: datetime | None
    reason: ForecastReason
    is_within_window: bool


@lru_cache(maxsize=1024)
def burn_window(*, window_length: timedelta) -> str:
    """The name in STANDARD_WINDOWS of the burn rate a forecast takes: the longest of at most 1/28 of the window.

    A day for four weeks, six hours for one: long enough that one bad minute foretells nothing, short enough to see
    today's trouble today.
    """
    fitting = [name for name, length in STANDARD_WINDOWS.items() if length * 28 <= window_length]
    return fitting[-1] if fitting else next(iter(STANDARD_WINDOWS))


def burn_window_text(*, window_length: timedelta) -> str:
    """The stretch of `burn_window` in words: "the last day", "the last 6 h"."""
    length = STANDARD_WINDOWS[burn_window(window_length=window_length)]
    return "the last day" if length == timedelta(days=1) else f"the last {humanize_duration(length)}"


def exhausted_at(
    *, remaining: float | None, burn_rate: float | None, window: Window, period: Period, now: datetime
) -> Forecast:
    """now + remaining × window / burn: from what is left, not from a full budget.

    A budget already spent is exhausted now. A calendar period is foreseen to its end only: the next one starts with
    a whole budget. A rolling window is foreseen as if nothing of what it holds grew old, ten years at most.
    Source: Site Reliability Workbook, chapter 5, with the rest of the budget in place of all of it.
    """
    if remaining is None:
        return Forecast(None, ForecastReason.NO_DATA, False)
    if remaining <= 0:
        return Forecast(now, ForecastReason.EXHAUSTED, True)
    if burn_rate is None:
        return Forecast(None, ForecastReason.NO_DATA, False)
    if burn_rate <= 0:
        return Forecast(None, ForecastReason.NOT_BURNING, False)
    seconds = remaining * period.length.total_seconds() / burn_rate
    if isinstance(window, CalendarWindow) and seconds >= (period.end - now).total_seconds():
        return Forecast(None, ForecastReason.BEYOND_PERIOD, False)
    if seconds > HORIZON.total_seconds():
        return Forecast(None, ForecastReason.BEYOND_HORIZON, False)
    left = timedelta(seconds=seconds)
    if burn_rate <= 1 and not isinstance(window, CalendarWindow):
        return Forecast(now + left, ForecastReason.BURNING_SLOWLY, False)
    return Forecast(now + left, ForecastReason.BURNING, left < period.length)
