"""Periods of one measure of one service never overlap: a sum would count the same money twice."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence

from reliability.kit.periods import Period


def clashes(*, stored: Iterable[Period], told: Sequence[Period]) -> Mapping[int, Period]:
    """Of *told*, in their order, which may not be stored: {place: the period that is in the way}.

    stored: without overlaps among themselves. Exactly the same as a stored one takes its place; the same told twice
    is in its own way.
    """
    kept = sorted(stored)
    replaceable = set(kept)
    found: dict[int, Period] = {}
    for place, one in enumerate(told):
        if one in replaceable:
            replaceable.discard(one)
            continue
        after = bisect_left(kept, one)
        near = kept[max(after - 1, 0) : after + 1]
        other = next((other for other in near if other.intersection(one) is not None), None)
        if other is not None:
            found[place] = other
        else:
            insort(kept, one)
    return found
