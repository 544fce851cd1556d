"""Availability in nines: 99.9 % are three, 99.95 % are 3.3.

nines = −log10(1 − a). Without a single failure there is no such number: what n requests without a failure allow to say
is a bound. With 95 % confidence at most 3/n fail (the rule of three; Hanley and Lippman-Hand, "If nothing goes wrong,
is everything all right?", JAMA 249, 1983), if failures come alone. They come in bursts, so the bound is a kind one.
"""

from __future__ import annotations

import math
from fractions import Fraction

_RULE_OF_THREE = 3
CONFIDENCE_PERCENT = 95
_PLACES = 100


def nines(*, bad: Fraction, base: Fraction) -> float | None:
    """−log10(bad ÷ base); 0 where everything failed. None without a failure (then see `nines_at_least`) or a base."""
    if base <= 0 or bad <= 0:
        return None
    return max(0.0, -_log10(min(bad / base, Fraction(1))))


def nines_at_least(*, n: float) -> float | None:
    """The lower bound after n trials without a failure, log10(n ÷ 3); None where so few say nothing (n ≤ 3)."""
    return math.log10(n / _RULE_OF_THREE) if n > _RULE_OF_THREE else None


def nines_text(value: float | None) -> str:
    """Two places, rounded down: 2.9996 are not three nines. Blank for None."""
    if value is None:
        return ""
    # A log10 of 0.001 is −2.9999999999999996 on some machines: what is that near is there.
    floored = math.floor(value * _PLACES + 1e-9) / _PLACES
    return f"{floored:.2f}".rstrip("0").rstrip(".")


def _log10(ratio: Fraction) -> float:
    """Of a ratio whose parts may lie beyond what a float holds."""
    return math.log10(ratio.numerator) - math.log10(ratio.denominator)
