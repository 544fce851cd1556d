"""An objective over time: its SLI step by step, and its budget as it burnt down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from reliability.kit.periods import Period
from slo.models import Slo

POINTS_MAX = 3_000


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """One step [start, end) of the SLI. sli is None where nothing was measured."""

    start: datetime
    end: datetime
    sli: float | None
    good: float
    valid: float
    coverage: float
    objective: Decimal


@dataclass(frozen=True, slots=True)
class BurndownPoint:
    """What was left of the budget at the instant `at`, in the window as it was then. None without data."""

    at: datetime
    remaining: float | None
    consumed: float | None
    sli: float | None


def history_of(
    *, slo: Slo, period: Period, step: timedelta, now: datetime, is_restated: bool = False
) -> list[HistoryPoint]:
    """The SLI in steps of *step* from the start of *period*; the last step may be shorter.

    Each step is judged under the version in force at its start (the newest when *is_restated*).
    Raises Invalid when the step is no whole number of minutes or gives more than POINTS_MAX points.
    """
    raise NotImplementedError


def burndown_of(
    *, slo: Slo, period: Period, now: datetime, points: int = 200, is_restated: bool = False
) -> list[BurndownPoint]:
    """The remaining budget at up to *points* instants of *period*, each in its own window, oldest first."""
    raise NotImplementedError


def step_for(*, period: Period, points: int = 300) -> timedelta:
    """A readable step (1, 5, 15, 30 minutes, 1, 2, 6, 12 hours, 1 day …) that gives at most *points* points."""
    raise NotImplementedError
