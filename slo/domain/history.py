"""The SLI in steps over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from reliability.kit.instants import MINUTE, to_minute
from reliability.kit.periods import Period
from slo.domain.budgeting import BudgetingMethod
from slo.domain.definition import Definition
from slo.domain.exclusions import Exclusion
from slo.domain.minutes import BoolArray, FloatArray, IntArray, MinuteSeries
from slo.domain.spending import Spending, spend

POINTS_MAX = 50_000


class HistoryError(ValueError):
    """Steps that cannot be shown; `reason` is a slug, the message says what to change."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """One step: events, SLI and burn rate by the SLO's method; None where nothing was measured (a gap stays a gap)."""

    start: datetime
    end: datetime
    good: float
    valid: float
    sli: float | None
    burn_rate: float | None
    coverage: float


def points(
    *,
    series: MinuteSeries,
    definition: Definition,
    period: Period,
    step: timedelta,
    exclusions: Sequence[Exclusion] = (),
    now: datetime,
) -> list[HistoryPoint]:
    """One point per *step* from the start of *period* on, up to *now*; the last may be shorter.

    *series* covers `spending.reading_period`. Raises HistoryError for a step below a minute or too many points.
    """
    edges = step_edges(period=period, step=step)
    return points_between(series=series, definition=definition, edges=edges, exclusions=exclusions, now=now)


def points_between(
    *,
    series: MinuteSeries,
    definition: Definition,
    edges: Sequence[datetime],
    exclusions: Sequence[Exclusion] = (),
    now: datetime,
) -> list[HistoryPoint]:
    """One point per pair of consecutive *edges* (sorted), such as the midnights of a zone; none from *now* on.

    A slice counts in the step in which it ends.
    """
    shown = [edge for edge in edges if edge < now]
    if len(shown) < len(edges):
        shown.append(now)
    if len(shown) < 2:
        return []
    period = Period(shown[0], shown[-1])
    spending = spend(series=series, definition=definition, period=period, exclusions=exclusions, now=now)
    return points_of(spending=spending, definition=definition, edges=shown)


def step_edges(*, period: Period, step: timedelta) -> list[datetime]:
    """Start, start + step, … and the end of *period*. Raises HistoryError."""
    if step < MINUTE or step % MINUTE:
        raise HistoryError("history_step", "a step is a whole number of minutes, one at least")
    if period.length / step > POINTS_MAX:
        raise HistoryError(
            "history_points", f"{period.length / step:.0f} steps are more than {POINTS_MAX}: take a longer step"
        )
    return [piece.start for piece in period.split(step)] + [period.end]


def points_of(*, spending: Spending, definition: Definition, edges: Sequence[datetime]) -> list[HistoryPoint]:
    """One point per pair of consecutive *edges* (sorted), all within what was judged."""
    units = np.array([spending.units_before(to_minute(edge)) for edge in edges])
    good, valid = _between(spending.good, units), _between(spending.valid, units)
    bad, base = _between(spending.bad, units), _between(spending.base, units)
    is_measured = _between(spending.measured, units) > 0
    part = good if definition.budgeting is BudgetingMethod.OCCURRENCES else base - bad
    sli = np.divide(part, base, out=np.full(len(base), np.nan), where=is_measured)
    burn = np.divide(bad, base * float(definition.budget), out=np.full(len(base), np.nan), where=is_measured)
    live = _between(spending.live_minutes, units)
    coverage = np.divide(_between(spending.covered_minutes, units), live, out=np.zeros(len(live)), where=live > 0)
    columns = zip(good.tolist(), valid.tolist(), sli.tolist(), burn.tolist(), coverage.tolist(), strict=True)
    return [
        HistoryPoint(start, end, g, v, s if measured else None, b if measured else None, c)
        for start, end, measured, (g, v, s, b, c) in zip(
            edges[:-1], edges[1:], is_measured.tolist(), columns, strict=True
        )
    ]


def _between(values: FloatArray | IntArray | BoolArray, edges: IntArray) -> FloatArray:
    """The sum of values[edges[i]:edges[i + 1]] for each i; exact for whole counts below 2^53."""
    sums = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))[edges]
    differences: FloatArray = np.diff(sums)
    return differences
