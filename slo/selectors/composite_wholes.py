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
from slo.domain.composites import PART_DAYS_MAX
from slo.domain.minutes import MinuteSeries
from slo.domain.spending import spend
from slo.selectors.composite_terms import CompositeTerms, PartTerms
from slo.selectors.series import read_many

# Minutes × parts that one statement reads for several composites: as much as the largest one may ask for by itself.
READ_MINUTES_MAX = PART_DAYS_MAX * 1440


@dataclass(frozen=True, slots=True)
class Stretch:
    """Epoch minutes [start, end) to be judged by what was measured until *now*; what lies after now is planned with."""

    start_minute: int
    end_minute: int
    now: datetime


def wholes_of(*, asked: Sequence[tuple[CompositeTerms, Stretch]]) -> list[Whole]:
    """The slices of each composite over its stretch, by one statement for the minutes of all their parts.

    More statements only where the parts of some × the time of others would be much more than any of them asks for.
    """
    grids = [_grid(one.definition.unit_minutes, stretch) for one, stretch in asked]
    needs = [
        Need(frozenset(leaf.sli_id for leaf in one.leaves()), grid.period.start_minute, grid.measured_until)
        for (one, _), grid in zip(asked, grids, strict=True)
    ]
    found: dict[int, Whole] = {}
    for batch in batches_of(needs):
        series = read_many(
            sli_ids=frozenset[int]().union(*(needs[row].sli_ids for row in batch)),
            start_minute=min(needs[row].start_minute for row in batch),
            end_minute=max(needs[row].end_minute for row in batch),
        )
        found |= {row: _whole(asked[row][0], grids[row], series) for row in batch}
    return [found[row] for row in range(len(asked))]


@dataclass(frozen=True, slots=True)
class Need:
    """The minutes [start, end) of some indicators."""

    sli_ids: frozenset[int]
    start_minute: int
    end_minute: int

    def joined(self, other: Need) -> Need:
        return Need(
            self.sli_ids | other.sli_ids,
            min(self.start_minute, other.start_minute),
            max(self.end_minute, other.end_minute),
        )

    @property
    def cost(self) -> int:
        return len(self.sli_ids) * max(0, self.end_minute - self.start_minute)


def batches_of(needs: Sequence[Need]) -> list[list[int]]:
    """Which of *needs* are read together: those of a like length, while nothing of the read is as much again as what
    is asked for, and it stays within what the largest composite may read."""
    batches: list[list[int]] = []
    whole, apart = Need(frozenset(), 0, 0), 0
    for row in sorted(range(len(needs)), key=lambda row: needs[row].start_minute):
        one = needs[row]
        grown = whole.joined(one)
        if batches and grown.cost <= min(2 * (apart + one.cost), READ_MINUTES_MAX):
            batches[-1].append(row)
            whole, apart = grown, apart + one.cost
        else:
            batches.append([row])
            whole, apart = one, one.cost
    return batches


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
