"""Whether an objective stayed met since an action was done.

The days since then, 24 hours each, are judged as they end. A day counts when at least half of its minutes were
measured: NO_DATA is never "met". All measured days together are held against the objective, so that one bad hour is
weighed as the objective itself weighs it, over the time since the action was done and not over the incident before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

COVERAGE_MIN = 0.5
# Without enough data for so many days more than asked, nobody waits on: it cannot be told.
PATIENCE_DAYS = 14
# Sums of fractional counts carry the rounding of floats; a ten-millionth of an event is no bad event.
_ROUNDING = 1e-7


class Outcome(StrEnum):
    WAITING = "waiting"
    HELD = "held"
    BREACHED = "breached"
    UNKNOWN = "unknown"  # too little was measured to tell


@dataclass(frozen=True, slots=True)
class Day:
    """24 hours since the action was done that are over. good, valid: events (or slices). coverage: 0..1."""

    start: datetime
    good: float
    valid: float
    coverage: float

    @property
    def counts(self) -> bool:
        return self.coverage >= COVERAGE_MIN and self.valid > 0


@dataclass(frozen=True, slots=True)
class Judgement:
    """days: how many counted. sli: of all measured days, None when nothing was measured. reason: in words."""

    outcome: Outcome
    reason: str
    days: int
    sli: float | None


def judge(*, days: Sequence[Day], objective: Decimal, needed: int) -> Judgement:
    """Of consecutive days since it was done, the oldest first; *needed* must count. A day that is not over is none."""
    good = valid = 0.0
    counted = 0
    for number, day in enumerate(days, 1):
        good, valid = good + day.good, valid + day.valid
        counted += day.counts
        if valid > 0 and valid - good > valid * float(1 - objective) + _ROUNDING:
            when = f"{day.start:%Y-%m-%d %H:%M} UTC"
            reason = (
                f"{_percent(good / valid)} were good since it was done, below the objective of "
                f"{_percent(float(objective))}: the day that began {when} (day {number}) broke it"
            )
            return Judgement(Outcome.BREACHED, reason, counted, good / valid)
        if counted >= needed:
            reason = (
                f"{_percent(good / valid)} were good over {counted} measured days since it was done; "
                f"the objective is {_percent(float(objective))}"
            )
            return Judgement(Outcome.HELD, reason, counted, good / valid)
    sli = good / valid if valid > 0 else None
    missing = len(days) - counted
    if len(days) >= needed + PATIENCE_DAYS:
        reason = f"of {len(days)} days since it was done only {counted} were measured, {needed} are needed"
        return Judgement(Outcome.UNKNOWN, f"{reason}: choose another way of proof", counted, sli)
    told = f"{counted} of {needed} days are measured and met" + (f", {missing} had no data" if missing else "")
    return Judgement(Outcome.WAITING, told, counted, sli)


def _percent(share: float) -> str:
    return f"{share * 100:.4f}".rstrip("0").rstrip(".") + " %"
