"""How urgent a burn is, whatever is left of the budget: the shares and windows of the burn alerts, for words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from reliability.kit.durations import format_duration
from slo.domain.alerting_defaults import DEFAULTS
from slo.domain.alerting_rules import factor_of


class Urgency(StrEnum):
    NOW = "now"  # would wake someone
    SOON = "soon"  # would open a ticket
    WATCH = "watch"  # faster than the window bears, too short or too slow for more
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Burning:
    """The burn that matters most. window: its name in STANDARD_WINDOWS, "" when nothing burns too fast."""

    urgency: Urgency
    window: str = ""
    rate: float = 0.0


_SLOWER_PAGE = DEFAULTS[1]
_WATCHED = tuple(format_duration(default.long) for default in DEFAULTS)


def urgency_of(*, burn_rates: Mapping[str, float | None], window_length: timedelta) -> Burning:
    """The first rule whose long and short burn both exceed its factor; None rates (no data) fulfil none.

    An hour at the pace that wakes someone after six is worth a look at once: it is on its way there.
    """
    for default in DEFAULTS:
        factor = factor_of(percent=default.percent, over=default.long, window_length=window_length)
        long, short = format_duration(default.long), format_duration(default.short)
        if _exceeds(burn_rates.get(long), factor) and _exceeds(burn_rates.get(short), factor):
            return Burning(Urgency.NOW if default.is_page else Urgency.SOON, long, burn_rates[long] or 0.0)
    pace = factor_of(percent=_SLOWER_PAGE.percent, over=_SLOWER_PAGE.long, window_length=window_length)
    hour = burn_rates.get("1h")
    if hour is not None and hour > pace and _exceeds(burn_rates.get("5m"), 1.0):
        return Burning(Urgency.NOW, "1h", hour)
    for name in _WATCHED:
        rate = burn_rates.get(name)
        if rate is not None and rate > 1:
            return Burning(Urgency.WATCH, name, rate)
    return Burning(Urgency.NONE)


def _exceeds(rate: float | None, factor: float) -> bool:
    return rate is not None and rate > factor
