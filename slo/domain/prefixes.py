"""What storing hours does to the prefix sums of one SLI: pure arithmetic on its head and hours.

The prefix sums count from an arbitrary origin. Hours in front of the series move its base and leave the rows
behind them alone; a correction inside it shifts the shorter side. So neither a backfill (newest first) nor late
data costs more than the rows it touches and the few beside them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from slo.domain.minutes import FloatArray, IntArray

# Columns of all sums in this module: good, valid, measured minutes. Minutes stay exact in float64.
_SUMS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """Where the series of an SLI stands; first_hour and last_hour are None when it is empty."""

    sli_id: int
    first_hour: int | None
    last_hour: int | None
    base: FloatArray
    total: FloatArray


@dataclass(frozen=True, slots=True)
class Shift:
    """Add (good, valid, minutes) to the prefix sums of the hours [first_hour, last_hour]."""

    sli_id: int
    first_hour: int
    last_hour: int
    good: float
    valid: float
    minutes: int


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The head afterwards, prefix sums of the written hours (n, 3), gap hours to insert, and shifts of the rest."""

    head: Head
    before: FloatArray
    gap_hours: IntArray
    gap_before: FloatArray
    shifts: list[Shift]


def plan(*, head: Head, hours: IntArray, before: FloatArray, change: FloatArray) -> Plan:
    """Plan the writing of *hours* (sorted, distinct).

    before: their stored prefix sums, shape (n, 3), read only where the hour is stored already.
    change: what the hour's own sums change by, shape (n, 3); for a new hour its whole sums.
    """
    if head.first_hour is None or head.last_hour is None:
        first, last = int(hours[0]), int(hours[0]) - 1  # an empty series that begins at the first hour
    else:
        first, last = head.first_hour, head.last_hour
    front, behind = hours < first, hours > last
    inside = ~front & ~behind
    moved, total_change, shifts = _inside(head.sli_id, (first, last), hours=hours[inside], change=change[inside])
    base, total = head.base + moved, head.total + total_change
    written = np.zeros((len(hours), _SUMS))
    written[inside] = before[inside] + _offsets(change[inside], moved)
    gaps: list[tuple[IntArray, FloatArray]] = []
    if front.any():
        reach = np.arange(hours[0], first)
        sums = _spread(reach, hours[front], change[front])
        base = base - sums.sum(axis=0)
        running = base + np.cumsum(sums, axis=0) - sums
        written[front] = running[hours[front] - reach[0]]
        gaps.append(_without(reach, running, hours[front]))
    if behind.any():
        reach = np.arange(last + 1, hours[-1] + 1)
        sums = _spread(reach, hours[behind], change[behind])
        running = total + np.cumsum(sums, axis=0) - sums
        total = total + sums.sum(axis=0)
        written[behind] = running[hours[behind] - reach[0]]
        gaps.append(_without(reach, running, hours[behind]))
    return Plan(
        head=Head(head.sli_id, min(first, int(hours[0])), max(last, int(hours[-1])), base, total),
        before=written,
        gap_hours=np.concatenate([gap for gap, _ in gaps]) if gaps else np.zeros(0, dtype=np.int64),
        gap_before=np.concatenate([sums for _, sums in gaps]) if gaps else np.zeros((0, _SUMS)),
        shifts=shifts,
    )


def _inside(
    sli_id: int, bounds: tuple[int, int], *, hours: IntArray, change: FloatArray
) -> tuple[FloatArray, FloatArray, list[Shift]]:
    """What the base and the total move by, and the shifts of the hours between and beside the written ones."""
    whole = change.sum(axis=0)
    nothing = np.zeros(_SUMS)
    if not len(hours) or not change.any():
        return nothing, nothing, []
    first, last = bounds
    shifts_front = hours[0] - first < last - hours[-1]
    moved = -whole if shifts_front else nothing
    return moved, whole + moved, list(_shifts(sli_id, (first, last), hours=hours, change=change, moved=moved))


def _shifts(
    sli_id: int, bounds: tuple[int, int], *, hours: IntArray, change: FloatArray, moved: FloatArray
) -> Iterator[Shift]:
    """The stretches of unwritten hours between the written ones, each with what its prefix sums move by."""
    starts = np.concatenate(([bounds[0]], hours + 1))
    ends = np.concatenate((hours - 1, [bounds[1]]))
    amounts = moved + np.concatenate((np.zeros((1, _SUMS)), np.cumsum(change, axis=0)))
    for start, end, amount in zip(starts.tolist(), ends.tolist(), amounts, strict=True):
        if start <= end and amount.any():
            yield Shift(sli_id, start, end, float(amount[0]), float(amount[1]), int(amount[2]))


def _offsets(change: FloatArray, moved: FloatArray) -> FloatArray:
    offsets: FloatArray = moved + np.cumsum(change, axis=0) - change
    return offsets


def _spread(reach: IntArray, hours: IntArray, sums: FloatArray) -> FloatArray:
    """The sums of *hours* at their places in the unbroken *reach*, zeros between them."""
    spread = np.zeros((len(reach), _SUMS))
    spread[hours - reach[0]] = sums
    return spread


def _without(reach: IntArray, running: FloatArray, hours: IntArray) -> tuple[IntArray, FloatArray]:
    gap = np.ones(len(reach), dtype=np.bool_)
    gap[hours - reach[0]] = False
    return reach[gap], running[gap]
