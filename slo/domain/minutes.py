"""A run of minutes with their counts: what every budget is computed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from reliability.kit.counting import COUNT_MAX

FloatArray: TypeAlias = NDArray[np.float64]
BoolArray: TypeAlias = NDArray[np.bool_]
IntArray: TypeAlias = NDArray[np.int64]

# Sums of fractional counts carry rounding: good above valid by less than this share is rounding, not a lie.
ROUNDING = 1e-9


class SeriesError(ValueError):
    """Arrays that are no series of minutes."""


@dataclass(frozen=True, slots=True, eq=False)
class MinuteSeries:
    """One entry per minute from epoch minute `start_minute` on; a minute that was not measured is not covered.

    `good` and `valid` are float64, `covered` is bool, all of one length. What stands in `good` and `valid` of an
    uncovered minute is never read.
    """

    start_minute: int
    good: FloatArray
    valid: FloatArray
    covered: BoolArray

    def __post_init__(self) -> None:
        if not self.good.shape == self.valid.shape == self.covered.shape or self.good.ndim != 1:
            raise SeriesError("good, valid and covered must be one-dimensional and of one length")

    @classmethod
    def empty(cls, *, start_minute: int, end_minute: int) -> MinuteSeries:
        """Minutes of which none was measured."""
        length = max(0, end_minute - start_minute)
        return cls(start_minute, np.zeros(length), np.zeros(length), np.zeros(length, dtype=np.bool_))

    @property
    def minutes(self) -> int:
        return len(self.good)

    @property
    def end_minute(self) -> int:
        """The first minute after the series."""
        return self.start_minute + len(self.good)

    def between(self, *, start_minute: int, end_minute: int) -> MinuteSeries:
        """Exactly the minutes [start_minute, end_minute); those outside the series are not covered."""
        if start_minute >= self.start_minute and end_minute <= self.end_minute:
            cut = slice(start_minute - self.start_minute, max(start_minute, end_minute) - self.start_minute)
            return MinuteSeries(start_minute, self.good[cut], self.valid[cut], self.covered[cut])
        padded = MinuteSeries.empty(start_minute=start_minute, end_minute=end_minute)
        first, last = max(start_minute, self.start_minute), min(end_minute, self.end_minute)
        if first < last:
            source = slice(first - self.start_minute, last - self.start_minute)
            target = slice(first - start_minute, last - start_minute)
            padded.good[target] = self.good[source]
            padded.valid[target] = self.valid[source]
            padded.covered[target] = self.covered[source]
        return padded


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """A series without lies: faulty minutes are not covered any more, uncovered ones are zero."""

    series: MinuteSeries
    faulty_minutes: int


def sound(series: MinuteSeries, *, count_max: float = COUNT_MAX) -> Sound:
    """Treat NaN, negative counts, valid > *count_max* and good > valid as not measured, and count such minutes.

    One bad minute never poisons the rest: below the bound the sums of all minutes that are kept stay exact, see
    reliability.kit.counting. Good above valid within float rounding is set to valid.
    """
    with np.errstate(invalid="ignore"):
        fine = (series.good >= 0) & (series.valid <= count_max) & (series.good <= series.valid * (1 + ROUNDING))
    keep = series.covered & fine
    faulty = int(np.count_nonzero(series.covered & ~fine))
    valid = np.where(keep, series.valid, 0.0)
    good = np.where(keep, np.fmin(series.good, series.valid), 0.0)
    return Sound(MinuteSeries(series.start_minute, good, valid, keep), faulty)
