"""The slices of composites over a stretch of time, from the stored minutes of their parts: nothing is kept twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from reliability.kit.instants import from_minute, to_minute
from reliability.kit.periods import Period
from slo.domain.budgeting import BudgetingMethod
from slo.domain.composite_slices import PartSlices, Whole, slices_of, slices_of_whole, whole_of
from slo.domain.minutes import MinuteSeries
from slo.domain.spending import spend
from slo.selectors.composite_terms import CompositeTerms, PartTerms
from slo.selectors.series import read_many


@dataclass(frozen=True, slots=True)
class Stretch:
    """Epoch minutes [start, end) to be judged by what was measured until *now*; what lies after now is planned with."""

    start_minute: int
    end_minute: int
    now: datetime


def wholes_of(*, asked: Sequence[tuple[CompositeTerms, Stretch]]) -> list[Whole]:
    """The slices of each composite over its stretch, by one statement for the minutes of all their parts."""
    grids = [_grid(one.definition.unit_minutes, stretch) for one, stretch in asked]
    if not grids:
        return []
    series = read_many(
        sli_ids={leaf.sli_id for one, _ in asked for leaf in one.leaves()},
        start_minute=min(grid.period.start_minute for grid in grids),
        end_minute=max(grid.measured_until for grid in grids),
    )
    return [_whole(one, grid, series) for (one, _), grid in zip(asked, grids, strict=True)]


@dataclass(frozen=True, slots=True)
class _Grid:
    """The slices that all parts of one whole are judged by, nested ones too, whatever the length of their own."""

    unit: int
    period: Period
    now: datetime

    @property
    def measured_until(self) -> int:
        return max(self.period.start_minute, min(self.period.end_minute, to_minute(self.now)))


def _grid(unit: int, stretch: Stretch) -> _Grid:
    start = stretch.start_minute // unit * unit
    end = max(start, stretch.end_minute // unit * unit)
    return _Grid(unit, Period(from_minute(start), from_minute(end)), stretch.now)


def _whole(terms: CompositeTerms, grid: _Grid, series: Mapping[int, MinuteSeries]) -> Whole:
    return whole_of(
        definition=terms.definition,
        parts=[_part(part, grid, series) for part in terms.parts],
        start_minute=grid.period.start_minute,
        unit_minutes=grid.unit,
    )


def _part(part: PartTerms, grid: _Grid, series: Mapping[int, MinuteSeries]) -> PartSlices:
    if part.nested is not None:
        return slices_of_whole(_whole(part.nested, grid, series), target=part.slice_target)
    if part.slo is None:
        return _gone(grid)
    own = part.slo.definition
    asked = replace(
        own,
        budgeting=BudgetingMethod.TIMESLICES,
        slice_minutes=grid.unit,
        slice_target=part.slice_target,
        counts_no_data_as_bad=True,  # tells silence from goodness; slices_of says what it means
    )
    spending = spend(
        series=series[part.slo.sli_id],
        definition=asked,
        period=grid.period,
        exclusions=part.slo.exclusions,
        now=grid.now,
    )
    return slices_of(spending, is_silence_bad=own.counts_no_data_as_bad)


def _gone(grid: _Grid) -> PartSlices:
    """A part that does not exist any more: nothing is known of it."""
    count = (grid.period.end_minute - grid.period.start_minute) // grid.unit
    has_elapsed = np.arange(count) < (grid.measured_until - grid.period.start_minute) // grid.unit
    return PartSlices(
        good=np.zeros(count),
        valid=np.zeros(count),
        fails=np.zeros(count, dtype=np.bool_),
        is_missing=has_elapsed,
        remains=np.ones(count, dtype=np.bool_),
        covered_minutes=np.zeros(count, dtype=np.int64),
        live_minutes=np.where(has_elapsed, grid.unit, 0).astype(np.int64),
    )
