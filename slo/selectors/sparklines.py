"""The small pictures of lists: the SLI in equal parts of the window up to now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import numpy as np

from reliability.kit.instants import floor_minute, to_minute
from reliability.kit.periods import Period
from slo.domain.budgeting import BudgetingMethod
from slo.domain.spans import spans_of
from slo.selectors.history import points_under
from slo.selectors.occurrences import totals_of_windows
from slo.selectors.terms import Terms

PARTS = 30

Sparkline = list[float | None]


def sparklines_of(*, terms: Sequence[Terms], at: datetime) -> list[Sparkline]:
    """Up to PARTS ratios per objective, oldest first, None where nothing was measured. In the order given."""
    instant = floor_minute(at)
    found: list[Sparkline | None] = [None] * len(terms)
    summed = [row for row, one in enumerate(terms) if one.definition.budgeting is BudgetingMethod.OCCURRENCES]
    for row, sparkline in zip(summed, _by_sums([terms[row] for row in summed], instant), strict=True):
        found[row] = sparkline
    return [_by_minutes(one, instant) if line is None else line for one, line in zip(terms, found, strict=True)]


def _by_sums(terms: Sequence[Terms], at: datetime) -> list[Sparkline]:
    if not terms:
        return []
    edges = np.array([_edges(one, at) for one in terms], dtype=np.int64)
    spans = [spans_of(one.exclusions) for one in terms]
    totals = totals_of_windows(
        sli_ids=np.array([one.sli_id for one in terms], dtype=np.int64),
        starts=edges[:, :-1],
        ends=edges[:, 1:],
        spans=spans if any(spans) else None,
    )
    ratios = np.divide(totals.good, totals.valid, out=np.full(totals.good.shape, np.nan), where=totals.valid > 0)
    return [[None if ratio != ratio else ratio for ratio in row] for row in ratios.tolist()]


def _by_minutes(terms: Terms, at: datetime) -> Sparkline:
    edges = sorted(set(_edges(terms, at)))
    steps = [Period.from_minutes(start, end) for start, end in pairwise(edges)]
    return [point.sli for point in points_under(terms=terms, steps=steps)] if steps else []


def _edges(terms: Terms, at: datetime) -> list[int]:
    start, end = terms.definition.window.period_at(at).start_minute, to_minute(at)
    edges: list[int] = np.linspace(start, max(start, end), PARTS + 1).astype(np.int64).tolist()
    return edges
