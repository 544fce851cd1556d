"""Sums over a stretch of minutes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from slo.domain.minutes import MinuteSeries, sound


@dataclass(frozen=True, slots=True)
class Totals:
    """Events and minutes of a stretch: `covered_minutes` of `minutes` were measured."""

    good: float
    valid: float
    covered_minutes: int
    minutes: int

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            self.good + other.good,
            self.valid + other.valid,
            self.covered_minutes + other.covered_minutes,
            self.minutes + other.minutes,
        )

    def __sub__(self, other: Totals) -> Totals:
        """What remains without a part of the stretch, such as an excluded period."""
        return Totals(
            self.good - other.good,
            self.valid - other.valid,
            self.covered_minutes - other.covered_minutes,
            self.minutes - other.minutes,
        )

    @property
    def coverage(self) -> float:
        """Measured share of the minutes; 0 when there are none."""
        return self.covered_minutes / self.minutes if self.minutes else 0.0


def totals_of(series: MinuteSeries) -> Totals:
    """The sums of a series; faulty minutes count as not measured."""
    clean = sound(series).series
    return Totals(
        float(clean.good.sum()), float(clean.valid.sum()), int(np.count_nonzero(clean.covered)), clean.minutes
    )
