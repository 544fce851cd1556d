"""Whether an objective stayed met in the days after an action was done.

It is the objective with a window of its own: as many days as were asked for, from the moment it was done, so that the
incident before it does not count. The days, 24 hours each, are judged as they end. It is broken as soon as more is bad
than the budget of all those days allows, at the traffic seen so far. A day counts when at least half of its minutes
were measured: NO_DATA is never "met".
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
    good = valid = measured = 0.0
    counted = 0
    for number, day in enumerate(days, 1):
        good, valid, measured = good + day.good, valid + day.valid, measured + day.coverage
        counted += day.counts
        allowed = valid * float(1 - objective) * max(needed / measured, 1.0) if measured > 0 else 0.0
        if valid > 0 and valid - good > allowed + _ROUNDING:
            reason = (
                f"broken on day {number} since it was done, which began {day.start:%Y-%m-%d %H:%M} UTC: "
                f"{_percent(good / valid)} were good so far, and the error budget of {needed} days at "
                f"{_percent(float(objective))} is spent"
            )
            return Judgement(Outcome.BREACHED, reason, counted, good / valid)
        if counted >= needed:
            reason = (
                f"{_percent(good / valid)} were good over {counted} measured days since it was done; "
                f"the objective is {_percent(float(objective))}"
            )
            return Judgement(Outcome.HELD, reason, counted, good / valid)
    return _undecided(days=len(days), counted=counted, needed=needed, sli=good / valid if valid > 0 else None)


def _undecided(*, days: int, counted: int, needed: int, sli: float | None) -> Judgement:
    if days >= needed + PATIENCE_DAYS:
        reason = f"of {days} days since it was done only {counted} were measured, {needed} are needed"
        return Judgement(Outcome.UNKNOWN, f"{reason}: choose another way of proof", counted, sli)
    told = f"{counted} of {needed} days are over and measured"
    told += f", {_percent(sli)} were good" if sli is not None else ""
    told += f"; {days - counted} had no data" if days > counted else ""
    return Judgement(Outcome.WAITING, told, counted, sli)


def _percent(share: float) -> str:
    return f"{share * 100:.4f}".rstrip("0").rstrip(".") + " %"
