"""Whether a slice target asks for more than a service usually delivers, told by how bad slices lie in time.

An outage makes bad slices in a row. A slice target that a few events in a short slice miss makes them everywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from slo.domain.definition import Definition
from slo.domain.minutes import FloatArray
from slo.domain.spending import Spending

_STRETCHES = 24  # of what was measured, each as long as the others
_MANY = 2  # times what the objective allows
_LEAST_TARGET = 0.5  # below that a slice target says nothing
_TARGET_STEPS = 10_000  # hundredths of a percent


@dataclass(frozen=True, slots=True)
class SliceCount:
    """bad of measured slices; allowed: how many of the whole window may be. is_too_strict: more than twice as many miss
    the target, in at least half of the stretches of time. kept_from: the slice target that would have kept the
    objective, if any would.
    """

    bad: int
    measured: int
    allowed: int
    target: Decimal
    is_too_strict: bool
    kept_from: Decimal | None


def slice_count(*, spending: Spending, definition: Definition) -> SliceCount | None:
    """Of a window that was judged by Timeslices; None for other methods, and where nothing was measured."""
    if definition.slice_target is None or not spending.measured.any():
        return None
    is_bad = spending.bad[spending.measured] > 0
    fails = is_bad & (spending.valid[spending.measured] > 0)  # silence is no question of the target
    bad, measured = int(is_bad.sum()), len(is_bad)
    allowed = math.floor((1 - definition.objective) * Decimal(int(spending.base.sum())))
    stretches = np.array_split(fails, min(_STRETCHES, measured))
    is_everywhere = 2 * sum(bool(one.any()) for one in stretches) >= len(stretches)
    return SliceCount(
        bad=bad,
        measured=measured,
        allowed=allowed,
        target=definition.slice_target,
        is_too_strict=int(fails.sum()) > _MANY * allowed and is_everywhere,
        kept_from=_kept_from(spending, allowed) if bad > allowed else None,
    )


def _kept_from(spending: Spending, allowed: int) -> Decimal | None:
    """Below the ratio of all slices but the *allowed* worst; those without events are bad by any target."""
    good, valid = spending.good[spending.measured], spending.valid[spending.measured]
    ratios: FloatArray = np.sort(np.divide(good, valid, out=np.full(len(valid), -1.0), where=valid > 0))
    least = float(ratios[allowed])
    return Decimal(math.floor(least * _TARGET_STEPS)) / _TARGET_STEPS if least >= _LEAST_TARGET else None
