"""What each unit of a window spent: the one form that budgets, burn rates, history and burn-down are sums of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from reliability.kit.instants import to_minute
from reliability.kit.periods import Period
from slo.domain.budgeting import BudgetingMethod
from slo.domain.definition import Definition
from slo.domain.exact import reaches
from slo.domain.exclusions import Exclusion, masks
from slo.domain.minutes import BoolArray, FloatArray, IntArray, MinuteSeries, sound


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

    @property
    def end_minute(self) -> int:
        return self.start_minute + len(self.bad) * self.unit_minutes

    def units_before(self, minute: int) -> int:
        """How many units have ended by *minute*, counted from the first."""
        return max(0, min(len(self.bad), (minute - self.start_minute) // self.unit_minutes))


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """The minutes that units are judged by, one entry each, after faults and exclusions; zeros where nothing counts.

    `counts`: not excluded. `may_be_missed`: elapsed, and neither excluded nor counted as up.
    """

    start_minute: int
    good: FloatArray
    valid: FloatArray
    covered: BoolArray
    counts: BoolArray
    may_be_missed: BoolArray
    has_elapsed: BoolArray
    faulty_minutes: int


def spend(
    *, series: MinuteSeries, definition: Definition, period: Period, exclusions: Sequence[Exclusion] = (), now: datetime
) -> Spending:
    """Judge every unit of *period* by the minutes before *now*.

    A slice belongs to the period in which it ends, (start, end]; so a rolling window always holds the same number
    of slices, each judged once, when it is over. *series* reaches over `reading_period`; what it lacks is not covered.
    Timeslices count the slices still to come in `base`, too; the other methods end at *now*.
    """
    found = counted(series=series, definition=definition, period=period, exclusions=exclusions, now=now)
    return judged(counted=found, definition=definition)


def counted(
    *, series: MinuteSeries, definition: Definition, period: Period, exclusions: Sequence[Exclusion] = (), now: datetime
) -> Counted:
    """The minutes of `spend`, before they are judged."""
    unit = definition.unit_minutes
    whole = reading_period(definition=definition, period=period)
    start, end = whole.start_minute, whole.end_minute
    elapsed = max(start, min(end, to_minute(now) // unit * unit))
    horizon = end if definition.budgeting is BudgetingMethod.TIMESLICES else elapsed
    clean = sound(series.between(start_minute=start, end_minute=elapsed))
    minutes = clean.series.between(start_minute=start, end_minute=horizon)
    mask = masks(exclusions=exclusions, start_minute=start, end_minute=horizon)
    counts = ~mask.excluded
    valid = np.where(counts, minutes.valid, 0.0)
    has_elapsed = np.arange(start, horizon) < elapsed
    return Counted(
        start_minute=start,
        good=np.where(mask.up, valid, np.where(counts, minutes.good, 0.0)),
        valid=valid,
        covered=minutes.covered,
        counts=counts,
        may_be_missed=counts & ~mask.up & has_elapsed,
        has_elapsed=has_elapsed,
        faulty_minutes=clean.faulty_minutes,
    )


def judged(*, counted: Counted, definition: Definition) -> Spending:
    """The units of the minutes, each with what it spent."""
    unit = definition.unit_minutes
    units = _Units(
        good=_fold(counted.good, unit),
        valid=_fold(counted.valid, unit),
        remains=_fold(counted.counts, unit) > 0,
        may_be_missed=_fold(counted.may_be_missed, unit) > 0,
    )
    bad, base, measured = _judge(units, definition)
    return Spending(
        start_minute=counted.start_minute,
        unit_minutes=unit,
        bad=bad,
        base=base,
        measured=measured,
        good=units.good,
        valid=units.valid,
        covered_minutes=_fold(counted.covered & counted.counts, unit).astype(np.int64),
        live_minutes=_fold(counted.counts & counted.has_elapsed, unit).astype(np.int64),
        faulty_minutes=counted.faulty_minutes,
    )


def reading_period(*, definition: Definition, period: Period) -> Period:
    """The minutes `spend` needs: the period with both bounds floored to the slice."""
    unit = definition.unit_minutes
    return Period.from_minutes(period.start_minute // unit * unit, period.end_minute // unit * unit)


@dataclass(frozen=True, slots=True, eq=False)
class _Units:
    good: FloatArray
    valid: FloatArray
    remains: BoolArray  # some minute is not excluded
    may_be_missed: BoolArray  # some elapsed minute is neither excluded nor counted as up


def _judge(units: _Units, definition: Definition) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Bad, base and measured of each unit. Source: OpenSLO v1, budgetingMethod."""
    has_events = units.valid > 0
    if definition.budgeting is BudgetingMethod.OCCURRENCES:
        return units.valid - units.good, units.valid, has_events
    missed = ~has_events & units.may_be_missed if definition.counts_no_data_as_bad else np.zeros_like(has_events)
    measured = has_events | missed
    if definition.budgeting is BudgetingMethod.TIMESLICES and definition.slice_target is not None:
        fails = has_events & ~reaches(good=units.good, valid=units.valid, target=definition.slice_target)
        return (fails | missed).astype(np.float64), units.remains.astype(np.float64), measured
    bad = np.divide(units.valid - units.good, units.valid, out=missed.astype(np.float64), where=has_events)
    return bad, measured.astype(np.float64), measured


def _fold(minutes: FloatArray | BoolArray, unit: int) -> FloatArray:
    """Sums over each unit."""
    if minutes.dtype == np.bool_ and minutes.all():
        return np.full(len(minutes) // unit, float(unit))
    folded: FloatArray = minutes.astype(np.float64)
    return folded if unit == 1 else folded.reshape(-1, unit).sum(axis=1)
