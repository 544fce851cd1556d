"""Burn rate: how fast the budget is spent; 1 spends it exactly over the window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from reliability.kit.instants import to_minute
from reliability.kit.periods import Period
from slo.domain.budgeting import BudgetingMethod
from slo.domain.definition import Definition
from slo.domain.exact import share
from slo.domain.exclusions import Exclusion
from slo.domain.minutes import MinuteSeries
from slo.domain.objective import budget_of
from slo.domain.spending import Spending, spend

STANDARD_WINDOWS: Mapping[str, timedelta] = MappingProxyType(
    {
        "5m": timedelta(minutes=5),
        "30m": timedelta(minutes=30),
        "1h": timedelta(hours=1),
        "2h": timedelta(hours=2),
        "6h": timedelta(hours=6),
        "1d": timedelta(days=1),
        "3d": timedelta(days=3),
    }
)


def burn_rate(*, good: float, valid: float, objective: Decimal) -> float | None:
    """e / B = (1 − good/valid) / (1 − objective); None without valid events or when good exceeds valid.

    Source: Site Reliability Workbook, chapter 5 ("Alerting on SLOs").
    """
    total = Fraction(valid)
    part = share(bad=total - Fraction(good), base=total, budget=budget_of(objective))
    return None if part is None else part.consumed


def burn_over(
    *,
    series: MinuteSeries,
    definition: Definition,
    window: timedelta,
    exclusions: Sequence[Exclusion] = (),
    now: datetime,
) -> float | None:
    """The burn rate over [now − window, now) by any method; None without data.

    For slices: of the slices that ended in it, at least one, over their own number. *series* covers
    `reading_of_burn`; what it lacks is not covered.
    """
    return burns_over(series=series, definition=definition, windows=(window,), exclusions=exclusions, now=now)[0]


def burns_over(
    *,
    series: MinuteSeries,
    definition: Definition,
    windows: Sequence[timedelta],
    exclusions: Sequence[Exclusion] = (),
    now: datetime,
) -> list[float | None]:
    """The burn rate over each of *windows*, as `burn_over`, from one pass over the longest."""
    period = reading_of_burn(definition=definition, window=max(windows), now=now)
    spending = spend(series=series, definition=definition, period=period, exclusions=exclusions, now=now)
    return [rate_of_tail(spending, definition, units_in(definition, window, now)) for window in windows]


def reading_of_burn(*, definition: Definition, window: timedelta, now: datetime) -> Period:
    """The minutes a burn rate over *window* is made of: whole slices, one at least."""
    unit = definition.unit_minutes
    end = to_minute(now) // unit * unit
    return Period.from_minutes(end - units_in(definition, window, now) * unit, end)


def units_in(definition: Definition, window: timedelta, now: datetime) -> int:
    """How many units a burn rate over *window* is made of: the slices that ended in it, one at least."""
    unit = definition.unit_minutes
    return max(1, to_minute(now) // unit - to_minute(now - window) // unit)


def rate_of_tail(spending: Spending, definition: Definition, units: int) -> float | None:
    """The burn rate of the last *units* of a spending; None where none of them was measured."""
    if not spending.measured[-units:].any():
        return None
    if definition.budgeting is BudgetingMethod.OCCURRENCES:
        good, valid = float(spending.good[-units:].sum()), float(spending.valid[-units:].sum())
        return burn_rate(good=good, valid=valid, objective=definition.objective)
    bad, base = float(spending.bad[-units:].sum()), float(spending.base[-units:].sum())
    part = share(bad=Fraction(bad), base=Fraction(base), budget=definition.budget)
    return None if part is None else part.consumed
