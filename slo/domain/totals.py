"""Sums over a stretch of minutes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Totals:
    """Events and minutes of a stretch: `covered_minutes` of `minutes` were measured."""

    good: float
    valid: float
    covered_minutes: int
    minutes: int

    @property
    def coverage(self) -> float:
        """Measured share of the minutes; 0 when there are none."""
        return self.covered_minutes / self.minutes if self.minutes else 0.0
