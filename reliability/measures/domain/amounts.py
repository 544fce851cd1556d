"""What was told of a measure, shared out over buckets. Exact: fractions, never floats."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from reliability.kit.periods import Period

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Figure:
    """A value of a whole period."""

    period: Period
    value: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum. value None: nothing is known, which is not 0. n: how many figures or events are in it. units: of these;
    more than one cannot be added up, and then there is no value."""

    value: Fraction | None
    n: int
    units: frozenset[str] = frozenset()

    @property
    def is_mixed(self) -> bool:
        return len(self.units) > 1


def shared_out(*, figures: Iterable[Figure], buckets: Sequence[Period]) -> list[Amount]:
    """Of each bucket. A figure whose period reaches into several is shared in proportion to time, as if spent evenly.

    buckets: consecutive. So the buckets that cover a figure hold it exactly, whatever their lengths.
    """
    ends = [bucket.end for bucket in buckets]
    sums: list[Fraction | None] = [None] * len(buckets)
    counts = [0] * len(buckets)
    units: list[set[str]] = [set() for _ in buckets]
    for figure in figures:
        value, length = Fraction(figure.value), figure.period.length
        for place in range(bisect_right(ends, figure.period.start), len(buckets)):
            part = figure.period.intersection(buckets[place])
            if part is None:
                break
            share = value if part.length == length else value * _ratio(part.length, length)
            sums[place] = (sums[place] or Fraction(0)) + share
            counts[place] += 1
            units[place].add(figure.unit)
    return [
        Amount(None if len(unit) > 1 else total, n, frozenset(unit))
        for total, n, unit in zip(sums, counts, units, strict=True)
    ]


def counted(*, instants: Iterable[datetime], buckets: Sequence[Period]) -> list[Amount]:
    """How many of *instants* lie in each bucket: of what we count, none is 0."""
    ends = [bucket.end for bucket in buckets]
    counts = [0] * len(buckets)
    for at in instants:
        place = bisect_right(ends, at)
        if place < len(buckets) and buckets[place].contains(at):
            counts[place] += 1
    return [Amount(Fraction(count), count) for count in counts]


def weeks_of(*, stretches: Iterable[Period], buckets: Sequence[Period]) -> list[Amount]:
    """How many weeks of *stretches* lie in each bucket; those of several people at once add up."""
    week = timedelta(weeks=1)
    sums, counts = [Fraction(0)] * len(buckets), [0] * len(buckets)
    ends = [bucket.end for bucket in buckets]
    for stretch in stretches:
        for place in range(bisect_right(ends, stretch.start), len(buckets)):
            part = stretch.intersection(buckets[place])
            if part is None:
                break
            sums[place] += _ratio(part.length, week)
            counts[place] += 1
    return [Amount(total, n) for total, n in zip(sums, counts, strict=True)]


def _ratio(part: timedelta, whole: timedelta) -> Fraction:
    return Fraction(part // _MICROSECOND, whole // _MICROSECOND)
