"""How the budget of a window went down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from reliability.kit.instants import to_minute
from reliability.kit.periods import Period
from slo.domain.budget import Adjustment, of_spending, spent_by_hand
from slo.domain.definition import Definition
from slo.domain.exclusions import Exclusion
from slo.domain.history import step_edges
from slo.domain.minutes import MinuteSeries
from slo.domain.spending import spend


@dataclass(frozen=True, slots=True)
class BurndownPoint:
    """At `at`: what remained, what the step that ends there spent, and the bad units so far.

    `spent` is None where nothing was measured.
    """

    at: datetime
    remaining: float
    spent: float | None
    bad_units: float


def points(
    *,
    series: MinuteSeries,
    definition: Definition,
    period: Period,
    step: timedelta,
    exclusions: Sequence[Exclusion] = (),
    adjustments: Sequence[Adjustment] = (),
    now: datetime,
) -> list[BurndownPoint]:
    """From 1 at the start of *period* down to the present `Budget.remaining`, in shares of today's whole budget.

    What a step spent is its bad units over the base the budget has now, so no step gives back what an earlier one
    spent; only an adjustment can. One point per *step* and one at min(now, end); empty without data.
    """
    spending = spend(series=series, definition=definition, period=period, exclusions=exclusions, now=now)
    budget = of_spending(spending=spending, definition=definition, period=period, adjustments=adjustments, now=now)
    if budget.remaining is None or not budget.units:
        return []
    edges = [edge for edge in step_edges(period=period, step=step) if edge < budget.measured_until]
    edges.append(budget.measured_until)
    units = np.array([spending.units_before(to_minute(edge)) for edge in edges])
    bad = np.concatenate(([0.0], np.cumsum(spending.bad)))[units]
    measured = np.concatenate(([0], np.cumsum(spending.measured)))[units]
    by_hand = np.array([_by_hand(adjustments, period, edge, now) for edge in edges])
    consumed = bad / (budget.units * float(definition.budget)) + by_hand
    remaining = [*(1.0 - consumed[:-1]).tolist(), budget.remaining]
    return [
        BurndownPoint(
            edge,
            left,
            float(consumed[i] - consumed[i - 1]) if i and measured[i] > measured[i - 1] else None,
            float(bad[i]),
        )
        for i, (edge, left) in enumerate(zip(edges, remaining, strict=True))
    ]


def _by_hand(adjustments: Sequence[Adjustment], period: Period, edge: datetime, now: datetime) -> float:
    return float(spent_by_hand(adjustments=adjustments, period=period, now=min(edge, now)))
