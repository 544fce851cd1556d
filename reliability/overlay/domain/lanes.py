"""Lanes: where stretches of time are drawn so that none hides another."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from datetime import datetime, timedelta

from reliability.kit.periods import Period

LANES_MAX = 6


def lanes_of(parts: Sequence[Period], *, gap: timedelta = timedelta(0), lanes_max: int = LANES_MAX) -> list[int]:
    """The lane of each part, from 0, in the order of *parts*.

    Parts of a lane lie at least *gap* apart, and there are as few lanes as that takes (interval partitioning: in the
    order of their starts, each takes the lowest free lane). Beyond *lanes_max* they do overlap: a part then takes the
    lane that is free first.
    """
    order = sorted(range(len(parts)), key=lambda place: (parts[place].start, parts[place].end, place))
    lanes = [0] * len(parts)
    free: list[int] = []
    busy: list[tuple[datetime, int]] = []
    opened = 0
    for place in order:
        part = parts[place]
        while busy and busy[0][0] <= part.start:
            heapq.heappush(free, heapq.heappop(busy)[1])
        if free:
            lane = heapq.heappop(free)
        elif opened < lanes_max:
            lane, opened = opened, opened + 1
        else:
            lane = heapq.heappop(busy)[1]
        lanes[place] = lane
        heapq.heappush(busy, (part.end + gap, lane))
    return lanes
