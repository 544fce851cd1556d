"""The error budget of a window: SLI, what is spent, what remains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from reliability.kit.periods import Period
from slo.domain.budgeting import BudgetingMethod
from slo.domain.definition import Definition
from slo.domain.exact import decimal_sum, share
from slo.domain.exclusions import Exclusion
from slo.domain.minutes import MinuteSeries
from slo.domain.spending import Spending, spend


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
    spending = spend(series=series, definition=definition, period=period, exclusions=exclusions, now=now)
    return of_spending(spending=spending, definition=definition, period=period, adjustments=adjustments, now=now)


def of_spending(
    *,
    spending: Spending,
    definition: Definition,
    period: Period,
    adjustments: Sequence[Adjustment] = (),
    now: datetime,
) -> Budget:
    """The budget of *period* from its judged units, as `spend` gave them for the same period and now."""
    good, valid = float(spending.good.sum()), float(spending.valid.sum())
    if definition.budgeting is BudgetingMethod.OCCURRENCES:
        bad, base = Fraction(valid) - Fraction(good), Fraction(valid)
    else:
        bad, base = Fraction(float(spending.bad.sum())), Fraction(float(spending.base.sum()))
    sums = _Sums(
        good=good,
        valid=valid,
        bad=bad,
        base=base if spending.measured.any() else Fraction(0),
        covered_minutes=int(spending.covered_minutes.sum()),
        minutes=int(spending.live_minutes.sum()),
        faulty_minutes=spending.faulty_minutes,
    )
    return _budget(sums, definition=definition, period=period, adjustments=adjustments, now=now)


def spent_by_hand(*, adjustments: Sequence[Adjustment], period: Period, now: datetime) -> Fraction:
    """The sum of the adjustments made in *period* before *now*, as a fraction of the budget."""
    return decimal_sum(a.consumed_delta for a in adjustments if period.contains(a.at) and a.at <= now)


@dataclass(frozen=True, slots=True)
class _Sums:
    good: float
    valid: float
    bad: Fraction
    base: Fraction
    covered_minutes: int
    minutes: int
    faulty_minutes: int


def _budget(
    sums: _Sums, *, definition: Definition, period: Period, adjustments: Sequence[Adjustment], now: datetime
) -> Budget:
    by_hand = spent_by_hand(adjustments=adjustments, period=period, now=now)
    part = share(bad=sums.bad, base=sums.base, budget=definition.budget, adjustment=by_hand)
    bad_left = None if part is None else part.remaining * float(definition.budget) * float(sums.base)
    return Budget(
        period=period,
        measured_until=min(now, period.end),
        objective=definition.objective,
        budgeting=definition.budgeting,
        good=sums.good,
        valid=sums.valid,
        units=float(sums.base),
        bad_units=float(sums.bad),
        sli=None if part is None else part.sli,
        consumed=None if part is None else part.consumed,
        remaining=None if part is None else part.remaining,
        adjustment=float(by_hand),
        bad_left=bad_left,
        remaining_minutes=_minutes_left(bad_left, definition),
        coverage=sums.covered_minutes / sums.minutes if sums.minutes else 0.0,
        covered_minutes=sums.covered_minutes,
        minutes=sums.minutes,
        faulty_minutes=sums.faulty_minutes,
        is_running=now < period.end,
    )


def _minutes_left(bad_left: float | None, definition: Definition) -> float | None:
    if bad_left is None or definition.budgeting is BudgetingMethod.OCCURRENCES:
        return None
    return bad_left * definition.unit_minutes
