"""Which cause spent each unit of a stretch of time that one definition judges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import numpy as np

from reliability.kit.instants import to_minute
from reliability.kit.periods import Period
from slo.domain.budgeting import BudgetingMethod
from slo.domain.causes import Cause, owners
from slo.domain.definition import Definition
from slo.domain.exact_sums import exact_sums
from slo.domain.exclusions import Exclusion
from slo.domain.minutes import BoolArray, FloatArray, IntArray, MinuteSeries
from slo.domain.spending import Counted, Spending, counted, judged

_SHARED = -2


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the ledger's period and the definition that judges it; `series` covers `spending.reading_period`."""

    definition: Definition
    period: Period
    series: MinuteSeries
    version_id: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A stretch, its minutes and its units. weights: per minute, its part in what its unit spent; 0: it spent nothing.

    A minute's part is its bad events. A unit that is bad because nothing was measured has none: there each minute
    that could have been measured has an equal part.
    """

    stretch: Stretch
    minutes: Counted
    units: Spending
    weights: FloatArray

    @property
    def base(self) -> Fraction:
        """What the budget is a share of: events, or slices, for Timeslices also those that nobody measured."""
        counts = self.units.valid if self.is_events else self.units.base
        return Fraction(float(counts.sum()))

    @property
    def is_measured(self) -> bool:
        return bool(self.units.measured.any())

    @property
    def allowed(self) -> Fraction:
        """The whole budget of the stretch in units."""
        return self.base * Fraction(self.stretch.definition.budget)

    @property
    def is_events(self) -> bool:
        return self.stretch.definition.budgeting is BudgetingMethod.OCCURRENCES

    @property
    def measure(self) -> tuple[bool, int]:
        """What units are: budgets of one measure can be added up."""
        return self.is_events, self.units.unit_minutes


def judge(*, stretch: Stretch, exclusions: Sequence[Exclusion], now: datetime) -> Judged:
    """The stretch with all its minutes before *now* judged."""
    minutes = counted(
        series=stretch.series,
        definition=stretch.definition,
        period=stretch.period,
        exclusions=exclusions,
        now=now,
    )
    units = judged(counted=minutes, definition=stretch.definition)
    size = units.unit_minutes
    bad = minutes.valid - minutes.good
    lost = bad.reshape(-1, size).sum(axis=1) > 0
    weights = np.where(np.repeat(lost, size), bad, minutes.may_be_missed.astype(np.float64))
    weights[np.repeat(units.bad == 0, size)] = 0.0
    return Judged(stretch, minutes, units, weights)


@dataclass(frozen=True, slots=True, eq=False)
class Posting:
    """What lines (0 is unknown) spent in steps, exact: keys are (step, line); what is 0 is absent.

    spent: units. bad: events. minutes: that spent something. touched: minutes of a line, whether they spent or not.
    """

    spent: dict[tuple[int, int], Fraction]
    bad: dict[tuple[int, int], Fraction]
    minutes: dict[tuple[int, int], Fraction]
    touched: dict[int, int]


def lines_of_minutes(*, judged: Judged, causes: Sequence[Cause], line_of_cause: Sequence[int]) -> IntArray:
    """Per minute of the stretch the number of the line that has it, 0 for unknown."""
    start = judged.minutes.start_minute
    found = owners(causes=causes, start_minute=start, end_minute=start + len(judged.minutes.valid))
    return np.concatenate((np.array(line_of_cause, dtype=np.int64), [0]))[found]


def post(*, judged: Judged, lines: IntArray, lines_max: int, edges: Sequence[datetime]) -> Posting:
    """Attribute every unit. lines: of each minute, below *lines_max*. edges: of the steps, one more than those.

    A unit counts in the step in which it ends. What several lines share is split by their minutes' weights.
    """
    units, size = judged.units, judged.units.unit_minutes
    counts = [units.units_before(to_minute(edge)) for edge in edges]
    step_of_unit = np.clip(
        np.searchsorted(np.array(counts), np.arange(len(units.bad)), side="right") - 1, 0, len(edges) - 2
    )
    line_of_unit = _line_of_units(judged.weights, lines, size)
    whole = (line_of_unit >= 0) & (units.bad > 0)
    spent = _by_key(units.bad[whole], step_of_unit[whole], line_of_unit[whole], lines_max)
    for unit in np.flatnonzero((line_of_unit == _SHARED) & (units.bad > 0)).tolist():
        place = slice(unit * size, unit * size + size)
        for line, part in _shares(judged.weights[place], lines[place]).items():
            key = int(step_of_unit[unit]), line
            spent[key] = spent.get(key, Fraction(0)) + Fraction(float(units.bad[unit])) * part
    spends = judged.weights > 0
    step_of_minute = np.repeat(step_of_unit, size)[spends]
    bad = (judged.minutes.valid - judged.minutes.good)[spends]
    touched = np.bincount(lines[judged.minutes.has_elapsed], minlength=1)
    return Posting(
        spent=spent,
        bad=_by_key(bad, step_of_minute, lines[spends], lines_max),
        minutes=_by_key(np.ones(len(bad)), step_of_minute, lines[spends], lines_max),
        touched={line: int(touched[line]) for line in np.flatnonzero(touched).tolist()},
    )


def spent_per_minute(*, judged: Judged, chosen: BoolArray) -> FloatArray:
    """The units that each *chosen* minute spent, rounded: for tables of minutes."""
    size = judged.units.unit_minutes
    whole = judged.weights.reshape(-1, size).sum(axis=1)
    rate = np.divide(judged.units.bad, whole, out=np.zeros(len(whole)), where=whole > 0)
    spent: FloatArray = (judged.weights * np.repeat(rate, size))[chosen]
    return spent


def _line_of_units(weights: FloatArray, lines: IntArray, size: int) -> IntArray:
    """The line that has every minute of the unit that spent; _SHARED where there are several."""
    if size == 1:
        return lines
    spends, lines = weights.reshape(-1, size) > 0, lines.reshape(-1, size)
    least = np.where(spends, lines, np.iinfo(np.int64).max).min(axis=1)
    most = np.where(spends, lines, -1).max(axis=1)
    return np.where(least == most, most, _SHARED)


def _shares(weights: FloatArray, lines: IntArray) -> dict[int, Fraction]:
    parts = exact_sums(values=weights, groups=lines)
    whole = sum(parts.values(), Fraction(0))
    return {line: part / whole for line, part in parts.items()}


def _by_key(values: FloatArray, steps: IntArray, lines: IntArray, lines_max: int) -> dict[tuple[int, int], Fraction]:
    found = exact_sums(values=values, groups=steps * lines_max + lines)
    return {divmod(group, lines_max): amount for group, amount in found.items()}
