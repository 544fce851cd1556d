"""Comparisons with decimal targets that no rounding of binary fractions can turn.

999 of 1000 meets 0.999 although `1 - 999 / 1000 > 1 - 0.999` in floats. Targets are fractions p/q of integers, so
whole counts are compared as good·q ≥ valid·p: in float64 while both products are below 2^53 (then they are exact),
in Python integers beyond. Fractional counts (raw ratios, means of slices) carry rounding of their own and are at
the target within TOLERANCE of the budget.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from reliability.kit import counting
from slo.domain.minutes import ROUNDING, BoolArray, FloatArray

EXACT_MAX = float(counting.EXACT_MAX)
TOLERANCE = Fraction(1, 10**9)


@dataclass(frozen=True, slots=True)
class Share:
    """What a number of bad units makes of a budget; every float is the exact value, rounded once."""

    sli: float
    consumed: float
    remaining: float


def share(
    *, bad: Fraction, base: Fraction, budget: Decimal | Fraction, adjustment: Fraction = Fraction(0)
) -> Share | None:
    """SLI = 1 − bad/base, consumed = (bad/base)/budget + adjustment. None without a base, or when bad is negative.

    Source: Site Reliability Workbook, chapter 2 ("Error budgets"): remaining = 1 − e/B, not clamped.
    """
    if base <= 0:
        return None
    if bad < 0:
        if bad < -base * Fraction(ROUNDING):
            return None
        bad = Fraction(0)
    consumed = bad / (base * Fraction(budget)) + adjustment
    if not (bad.denominator == base.denominator == 1) and abs(consumed - 1) <= TOLERANCE:
        consumed = Fraction(1)
    return Share(float(1 - bad / base), float(consumed), float(1 - consumed))


def decimal_sum(values: Iterable[float]) -> Fraction:
    """The sum of numbers as people wrote them: 0.1 is a tenth, not the nearest binary fraction."""
    return sum((Fraction(repr(float(value))) for value in values), Fraction(0))


def is_whole(values: FloatArray) -> BoolArray:
    """Which values are integers."""
    whole: BoolArray = np.floor(values) == values
    return whole


def reaches(*, good: FloatArray, valid: FloatArray, target: Decimal) -> BoolArray:
    """Where good/valid ≥ target, exactly for whole counts; arrays of one shape, valid ≥ good ≥ 0."""
    numerator, denominator = Fraction(target).as_integer_ratio()
    left, right = good * float(denominator), valid * float(numerator)
    reached: BoolArray = left >= right
    near = np.abs(left - right) <= valid * float(denominator) * ROUNDING
    if not near.any():
        return reached
    whole = is_whole(good) & is_whole(valid)
    exact = whole & (np.maximum(left, right) < EXACT_MAX)
    reached |= near & ~whole
    for index in np.flatnonzero(near & whole & ~exact).tolist():
        reached[index] = int(good[index]) * denominator >= int(valid[index]) * numerator
    return reached
