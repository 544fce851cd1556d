"""How available something was in a period: the ratio, its nines, and the outage that would have cost as much."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from reliability.kit.periods import Period
from slo.domain.budgeting import BudgetingMethod
from slo.domain.definition import Definition
from slo.domain.exact import share
from slo.domain.nines import nines, nines_at_least
from slo.domain.spending import Spending


@dataclass(frozen=True, slots=True)
class Availability:
    """bad ÷ base is 1 − availability by the method of the objective: events, or slices.

    n: events or slices that were measured. good, valid: events. covered_minutes of minutes were measured; minutes are
    those that have passed and are not excluded. unit_minutes: of a slice; None for events. Nothing measured: base is 0.
    """

    period: Period
    bad: Fraction
    base: Fraction
    n: float
    good: float
    valid: float
    covered_minutes: int
    minutes: int
    unit_minutes: int | None
    is_running: bool

    @property
    def has_data(self) -> bool:
        return self.ratio is not None

    @property
    def ratio(self) -> float | None:
        """None: nothing was measured."""
        part = share(bad=self.bad, base=self.base, budget=Fraction(1))
        return None if part is None else part.sli

    @property
    def is_flawless(self) -> bool:
        """Measured, and nothing failed."""
        return self.has_data and self.bad <= 0

    @property
    def nines(self) -> float | None:
        """None without data, and without a failure: then `nines_at_least` says what can be said."""
        return nines(bad=self.bad, base=self.base)

    @property
    def nines_at_least(self) -> float | None:
        return nines_at_least(n=self.n) if self.is_flawless else None

    @property
    def downtime_minutes(self) -> float | None:
        """Bad slices × their length; for events the minutes of a full outage of the measured time that lose as many."""
        if not self.has_data:
            return None
        if self.unit_minutes is not None:
            return float(self.bad * self.unit_minutes)
        return float(max(self.bad, Fraction(0)) / self.base * self.covered_minutes)

    @property
    def judged_minutes(self) -> float:
        """The minutes that the downtime is a part of: measured ones; of slices those of the period so far."""
        return float(self.covered_minutes if self.unit_minutes is None else self.base * self.unit_minutes)

    @property
    def coverage(self) -> float | None:
        """Measured share of the minutes; None when there are none."""
        return self.covered_minutes / self.minutes if self.minutes else None

    def meets(self, target: Decimal) -> bool | None:
        """Whether the ratio is at least *target*, exactly; None without data."""
        part = share(bad=self.bad, base=self.base, budget=1 - target)
        return None if part is None else part.remaining >= 0


def of_events(
    *, period: Period, good: float, valid: float, covered_minutes: int, minutes: int, is_running: bool
) -> Availability:
    """By sums of events. Fewer bad than none (a fault of the source) is no data."""
    base = Fraction(valid) if valid > 0 else Fraction(0)
    return Availability(
        period=period,
        bad=Fraction(valid) - Fraction(good) if base else Fraction(0),
        base=base,
        n=valid,
        good=good,
        valid=valid,
        covered_minutes=covered_minutes,
        minutes=minutes,
        unit_minutes=None,
        is_running=is_running,
    )


def of_spending(*, spending: Spending, definition: Definition, period: Period, is_running: bool) -> Availability:
    """By judged units of a period that ends with what has passed, as `spend` gave them."""
    good, valid = float(spending.good.sum()), float(spending.valid.sum())
    covered, minutes = int(spending.covered_minutes.sum()), int(spending.live_minutes.sum())
    if definition.budgeting is BudgetingMethod.OCCURRENCES:
        return of_events(
            period=period, good=good, valid=valid, covered_minutes=covered, minutes=minutes, is_running=is_running
        )
    measured = int(spending.measured.sum())
    return Availability(
        period=period,
        bad=Fraction(float(spending.bad.sum())),
        base=Fraction(float(spending.base.sum())) if measured else Fraction(0),
        n=float(measured),
        good=good,
        valid=valid,
        covered_minutes=covered,
        minutes=minutes,
        unit_minutes=definition.unit_minutes,
        is_running=is_running,
    )
