"""When the budget will be spent if it burns on as it does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from reliability.kit.periods import Period
from slo.domain.windows import Window


class ForecastReason(StrEnum):
    NO_DATA = "no_data"
    EXHAUSTED = "exhausted"
    NOT_BURNING = "not_burning"
    BEYOND_PERIOD = "beyond_period"
    BEYOND_HORIZON = "beyond_horizon"
    BURNING = "burning"


@dataclass(frozen=True, slots=True)
class Forecast:
    """`exhausted_at` is None when none is foreseen; `is_within_window` when it comes before the window is over."""

    exhausted_at: datetime | None
    reason: ForecastReason
    is_within_window: bool


def burn_window(*, window_length: timedelta) -> str:
    """The name in STANDARD_WINDOWS of the burn rate a forecast takes: the longest of at most 1/28 of the window."""
    raise NotImplementedError


def exhausted_at(
    *, remaining: float | None, burn_rate: float | None, window: Window, period: Period, now: datetime
) -> Forecast:
    """now + remaining × window / burn."""
    raise NotImplementedError
