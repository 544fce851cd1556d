"""What each unit of a window spent: the one form that budgets, burn rates, history and burn-down are sums of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reliability.kit.periods import Period
from slo.domain.definition import Definition
from slo.domain.exclusions import Exclusion
from slo.domain.minutes import BoolArray, FloatArray, IntArray, MinuteSeries


@dataclass(frozen=True, slots=True, eq=False)
class Spending:
    """Units (minutes, or slices aligned to the epoch) that tile [start_minute, start_minute + n × unit_minutes).

    One entry per unit: `bad` ÷ `base` summed over any units is 1 − SLI of the method; `measured` units carry a
    judgement; `good` and `valid` are events; `covered_minutes` of `live_minutes` (elapsed, not excluded) were measured.
    """

    start_minute: int
    unit_minutes: int
    bad: FloatArray
    base: FloatArray
    measured: BoolArray
    good: FloatArray
    valid: FloatArray
    covered_minutes: IntArray
    live_minutes: IntArray
    faulty_minutes: int


def spend(
    *, series: MinuteSeries, definition: Definition, period: Period, exclusions: Sequence[Exclusion] = (), now: datetime
) -> Spending:
    """Judge every unit of *period* by the minutes before *now*.

    A slice belongs to the period in which it ends, (start, end]; so a rolling window always holds the same number
    of slices, each judged once, when it is over. Read the series from `reading_period` on.
    """
    raise NotImplementedError


def reading_period(*, definition: Definition, period: Period) -> Period:
    """The minutes `spend` needs: the period with both bounds floored to the slice."""
    unit = definition.unit_minutes
    return Period.from_minutes(period.start_minute // unit * unit, period.end_minute // unit * unit)
