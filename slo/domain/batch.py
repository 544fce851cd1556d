"""Budgets of thousands of SLOs at once: arrays in, arrays out, NaN where undefined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from slo.domain.exact import EXACT_MAX, TOLERANCE, decimal_sum, is_whole, share
from slo.domain.minutes import ROUNDING, BoolArray, FloatArray
from slo.domain.objective import budget_of


@dataclass(frozen=True, slots=True, eq=False)
class Objectives:
    """Error budgets as exact fractions of integers: B = `numerator` / `denominator`, shape (n,) each."""

    numerator: FloatArray
    denominator: FloatArray

    @classmethod
    def of(cls, objectives: Sequence[Decimal]) -> Objectives:
        """From valid objectives; equal ones are worked out once."""
        ratios = {objective: Fraction(budget_of(objective)).as_integer_ratio() for objective in set(objectives)}
        pairs = np.array([ratios[objective] for objective in objectives], dtype=np.float64).reshape(-1, 2)
        return cls(pairs[:, 0], pairs[:, 1])


@dataclass(frozen=True, slots=True, eq=False)
class Budgets:
    """Shape (n,) or (n, windows) each, like the counts given; NaN without data, `faulty` where good exceeds valid."""

    sli: FloatArray
    consumed: FloatArray
    remaining: FloatArray
    bad_left: FloatArray
    faulty: BoolArray


def budgets(
    *, good: FloatArray, valid: FloatArray, objectives: Objectives, adjustment: FloatArray | None = None
) -> Budgets:
    """SLI, consumed and remaining for Occurrences; good, valid and adjustment of shape (n,) or (n, windows).

    Exact at the objective: integer counts that meet it exactly have remaining 0.0, one event more is below 0.
    """
    shape = (-1, *[1] * (good.ndim - 1))
    spent = np.zeros_like(good) if adjustment is None else adjustment
    faulty = good > valid * (1 + ROUNDING)
    known = (valid > 0) & ~faulty & (good >= 0)
    base = np.where(known, valid, np.nan)
    bad = np.maximum(base - good, 0.0)
    left = bad * objectives.denominator.reshape(shape)
    right = base * objectives.numerator.reshape(shape)
    consumed = left / right + spent
    remaining = (right - left) / right - spent
    with np.errstate(invalid="ignore"):
        near = np.abs(remaining) <= float(TOLERANCE)
    whole = is_whole(base) & is_whole(bad)
    consumed[near & ~whole], remaining[near & ~whole] = 1.0, 0.0
    sure = ~whole | ((left < EXACT_MAX) & (right < EXACT_MAX) & (spent == 0))
    for index in zip(*np.nonzero(near & ~sure), strict=True):
        part = share(
            bad=Fraction(float(bad[index])),
            base=Fraction(float(base[index])),
            budget=_budget_of(objectives, int(index[0])),
            adjustment=decimal_sum([float(spent[index])]),
        )
        if part is not None:
            consumed[index], remaining[index] = part.consumed, part.remaining
    return Budgets(
        sli=np.minimum(good, base) / base,
        consumed=consumed,
        remaining=remaining,
        bad_left=remaining * right / objectives.denominator.reshape(shape),
        faulty=faulty,
    )


def burn_rates(*, good: FloatArray, valid: FloatArray, objectives: Objectives) -> FloatArray:
    """e / B of every SLO and window, shape like good; NaN without data."""
    return budgets(good=good, valid=valid, objectives=objectives).consumed


def _budget_of(objectives: Objectives, row: int) -> Fraction:
    return Fraction(int(objectives.numerator[row]), int(objectives.denominator[row]))
