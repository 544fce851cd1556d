"""The error budget of a window: SLI, what is spent, what remains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from reliability.kit.periods import Period
from slo.domain.budgeting import BudgetingMethod
from slo.domain.definition import Definition
from slo.domain.exclusions import Exclusion
from slo.domain.minutes import MinuteSeries
from slo.domain.totals import Totals


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A correction by a person: a fraction of the whole budget, positive spends. Counts in windows that hold `at`."""

    at: datetime
    consumed_delta: float


@dataclass(frozen=True, slots=True)
class Budget:
    """Figures of one window, unrounded. None where undefined (no data); never clamped.

    `period` is the whole window, `measured_until` the end of what could be judged. `good` and `valid` are events.
    `bad_units` of `units` is what the method counts: events, or slices (of the whole window for Timeslices).
    `bad_left` are the units that may still go bad at the present base; `remaining_minutes` the same in minutes,
    for the time-slice methods. `consumed` includes `adjustment`.
    """

    period: Period
    measured_until: datetime
    objective: Decimal
    budgeting: BudgetingMethod
    good: float
    valid: float
    units: float
    bad_units: float
    sli: float | None
    consumed: float | None
    remaining: float | None
    adjustment: float
    bad_left: float | None
    remaining_minutes: float | None
    coverage: float
    covered_minutes: int
    minutes: int
    faulty_minutes: int
    is_running: bool  # the period is not over: Occurrences and RatioTimeslices speak of events so far

    @property
    def bad(self) -> float:
        """Bad events."""
        return self.valid - self.good

    @property
    def has_data(self) -> bool:
        return self.sli is not None


def evaluate(
    *,
    series: MinuteSeries,
    definition: Definition,
    period: Period,
    exclusions: Sequence[Exclusion] = (),
    adjustments: Sequence[Adjustment] = (),
    now: datetime,
) -> Budget:
    """The budget of *period* by any method, from minutes. *series* covers `spending.reading_period`."""
    raise NotImplementedError


def from_totals(
    *,
    totals: Totals,
    definition: Definition,
    period: Period,
    adjustments: Sequence[Adjustment] = (),
    now: datetime,
    faulty_minutes: int = 0,
) -> Budget:
    """The budget of *period* from sums alone: Occurrences without exclusions. Totals reach to min(now, period.end)."""
    raise NotImplementedError
