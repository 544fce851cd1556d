"""How the budget of a window went down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reliability.kit.periods import Period
from slo.domain.budget import Adjustment
from slo.domain.definition import Definition
from slo.domain.exclusions import Exclusion
from slo.domain.minutes import MinuteSeries


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

    Empty without data.
    """
    raise NotImplementedError
