"""Budgets of thousands of SLOs at once: arrays in, arrays out, NaN where undefined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from slo.domain.minutes import FloatArray, IntArray
from slo.domain.status import State


@dataclass(frozen=True, slots=True, eq=False)
class Objectives:
    """Objectives as exact fractions: budget B = `numerator` / `denominator`, shape (n,) each."""

    numerator: FloatArray
    denominator: FloatArray

    @classmethod
    def of(cls, objectives: Sequence[Decimal]) -> Objectives:
        raise NotImplementedError


@dataclass(frozen=True, slots=True, eq=False)
class Budgets:
    """Shape (n,) or (n, windows) each, like the counts given; NaN without data."""

    sli: FloatArray
    consumed: FloatArray
    remaining: FloatArray
    bad_left: FloatArray


def budgets(
    *, good: FloatArray, valid: FloatArray, objectives: Objectives, adjustment: FloatArray | None = None
) -> Budgets:
    """SLI, consumed and remaining for Occurrences; good and valid of shape (n,) or (n, windows).

    Exact at the objective: integer counts that meet it exactly have remaining 0.0, one event more is below 0.
    """
    raise NotImplementedError


def burn_rates(*, good: FloatArray, valid: FloatArray, objectives: Objectives) -> FloatArray:
    """e / B of every SLO and window, shape like good; NaN without data."""
    raise NotImplementedError


def states(*, remaining: FloatArray, is_forecast_within_window: np.ndarray) -> list[State]:
    """The state of each SLO, as `status.state_of`; NaN is NO_DATA. Shape (n,)."""
    raise NotImplementedError


def prefix_at(*, before: FloatArray, minutes: FloatArray, offset: IntArray) -> FloatArray:
    """Cumulative counts up to a minute inside an hour: `before` (k,) + the first `offset` (k,) of `minutes` (k, 60)."""
    raise NotImplementedError
