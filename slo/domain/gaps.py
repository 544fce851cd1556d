"""Stretches of minutes that were not measured."""

from __future__ import annotations

import numpy as np

from reliability.kit.periods import Period
from slo.domain.minutes import BoolArray


def gaps_in(covered: BoolArray, *, start_minute: int) -> tuple[Period, ...]:
    """The whole runs of uncovered minutes as periods, oldest first. `covered` has one entry per minute."""
    if not len(covered):
        return ()
    edges = np.flatnonzero(np.diff(np.concatenate(([True], covered, [True])).astype(np.int8)))
    return tuple(
        Period.from_minutes(start_minute + int(first), start_minute + int(last))
        for first, last in zip(edges[::2], edges[1::2], strict=True)
    )
