"""Sums of floats by group without rounding, so that the parts of a whole add up to it whichever way they are added."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from slo.domain.exact import EXACT_MAX, is_whole
from slo.domain.minutes import FloatArray, IntArray

_MANTISSA_BITS = 53
_LOW_BITS = 27  # halves of a mantissa: a hundred million of them add up below 2^53
_EXPONENTS = 4096


def exact_sums(*, values: FloatArray, groups: IntArray) -> dict[int, Fraction]:
    """The exact sum of the finite, non-negative *values* of each group (≥ 0); groups that sum to nothing are absent."""
    some = values != 0
    values, groups = values[some], groups[some]
    if not len(values):
        return {}
    if is_whole(values).all() and values.sum() < EXACT_MAX:
        sums = np.bincount(groups, weights=values)
        return {group: Fraction(int(sums[group])) for group in np.flatnonzero(sums).tolist()}
    mantissas, exponents = np.frexp(values)
    whole = np.ldexp(mantissas, _MANTISSA_BITS).astype(np.int64)
    keys, places = np.unique(groups * _EXPONENTS + exponents + _EXPONENTS // 2, return_inverse=True)
    high = np.bincount(places, weights=whole >> _LOW_BITS)
    low = np.bincount(places, weights=whole & ((1 << _LOW_BITS) - 1))
    found: dict[int, Fraction] = {}
    for key, upper, lower in zip(keys.tolist(), high.tolist(), low.tolist(), strict=True):
        group, exponent = divmod(key, _EXPONENTS)
        amount = (int(upper) << _LOW_BITS) + int(lower)
        power = exponent - _EXPONENTS // 2 - _MANTISSA_BITS
        found[group] = found.get(group, Fraction(0)) + amount * Fraction(2) ** power
    return found
