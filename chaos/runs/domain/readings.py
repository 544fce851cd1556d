"""What guards read of an objective, and the formulas of the budget that a run spends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Burned:
    """One stretch of time of an objective. burn: multiple of the sustainable rate, None when nothing was measured.

    minutes: of the stretch; covered: those of them that were measured. bad: bad events.
    """

    burn: float | None
    bad: float = 0.0
    valid: float = 0.0
    minutes: int = 0
    covered: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SloReading:
    """An objective at an instant. allowed_bad: 1 − objective. window_minutes: of its window. remaining: share of its
    budget, as last evaluated; None without data.

    recent: over the minutes the policy names. fault: since the first fault; None before one.
    """

    slo_id: int
    name: str
    allowed_bad: float
    window_minutes: float
    remaining: float | None
    measured_until: datetime | None
    recent: Burned
    fault: Burned | None = None


def spent_share(*, burned: Burned, window_minutes: float) -> float | None:
    """The share of a whole budget that a stretch spent: burn × measured minutes ÷ minutes of the objective's window.

    Source: Site Reliability Workbook, chapter 5: budget consumed = burn rate × alerting window ÷ SLO window. It does
    not need the events of the whole window, so it says the same of an objective that is a day old.
    """
    if burned.burn is None or window_minutes <= 0:
        return None
    return burned.burn * burned.covered / window_minutes


def burn_limit(*, wanted: float, allowed_bad: float) -> float:
    """The burn that stops a run: *wanted*, at most half of what a total failure burns (1 ÷ allowed_bad).

    A limit above that of a total failure could never be reached: 14.4 × of a 90 % objective is more than all.
    """
    return min(wanted, 0.5 / allowed_bad) if allowed_bad > 0 else wanted
