"""How often a budget went from having some left to being overspent."""

from __future__ import annotations

from collections.abc import Iterable


def breaches_in(remaining: Iterable[float | None]) -> int:
    """Stretches below zero in budgets left, oldest first; an undefined one neither begins nor ends a stretch."""
    count, is_below = 0, False
    for value in remaining:
        if value is None:
            continue
        if value < 0 and not is_below:
            count += 1
        is_below = value < 0
    return count
