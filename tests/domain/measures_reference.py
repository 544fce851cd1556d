"""Ratios reckoned the slow way: second by second, in fractions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from fractions import Fraction

from reliability.kit.periods import Period
from reliability.measures.domain.amounts import Figure

SECOND = timedelta(seconds=1)


def amount(figures: Iterable[Figure], bucket: Period) -> Fraction | None:
    """Each figure spread over its seconds; the seconds of the bucket added up. None: no second is known."""
    total: Fraction | None = None
    for figure in figures:
        seconds = int(figure.period.length / SECOND)
        inside = sum(1 for second in range(seconds) if bucket.contains(figure.period.start + second * SECOND))
        if inside:
            total = (total or Fraction(0)) + Fraction(figure.value) * inside / seconds
    return total
