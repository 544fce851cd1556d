"""How urgent a burn is, whatever is left of the budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from slo.domain.burn import STANDARD_WINDOWS


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


# (long window, short window that says it still burns, share of the budget spent in the long one, urgency).
# From the Site Reliability Workbook, chapter 5: 2 % in an hour, 5 % in six, 10 % in three days; at thirty days these
# are its 14.4, 6 and 1. Sloth adds 10 % in a day (3).
_RULES = (
    ("1h", "5m", 0.02, Urgency.NOW),
    ("6h", "30m", 0.05, Urgency.NOW),
    ("1d", "2h", 0.10, Urgency.SOON),
    ("3d", "6h", 0.10, Urgency.SOON),
)
_SIX_HOURS_SHARE = 0.05
_WATCHED = ("1h", "6h", "1d", "3d")


def factor_of(*, share: float, over: timedelta, window_length: timedelta) -> float:
    """The burn rate that spends *share* of the budget of a window within *over*; at least 1, which any window bears."""
    return max(1.0, share * (window_length / over))


def urgency_of(*, burn_rates: Mapping[str, float | None], window_length: timedelta) -> Burning:
    """The first rule whose long and short burn both exceed its factor; None rates (no data) fulfil none.

    An hour at the pace that wakes someone after six is worth a look at once: it is on its way there.
    """
    for long, short, share, urgency in _RULES:
        factor = factor_of(share=share, over=STANDARD_WINDOWS[long], window_length=window_length)
        if _exceeds(burn_rates.get(long), factor) and _exceeds(burn_rates.get(short), factor):
            return Burning(urgency, long, burn_rates[long] or 0.0)
    pace = factor_of(share=_SIX_HOURS_SHARE, over=STANDARD_WINDOWS["6h"], window_length=window_length)
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
