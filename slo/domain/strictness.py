"""Whether a slice target asks for more than a service usually delivers, told by how bad slices lie in time.

An outage makes bad slices in a row. A slice target that a few events in a short slice miss makes them everywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from slo.domain.composite_slices import Whole
from slo.domain.composites import CompositeDefinition
from slo.domain.definition import Definition
from slo.domain.minutes import BoolArray, FloatArray
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
    if definition.slice_target is None:
        return None
    return _counted(spending, definition, spending.bad > 0, spending.good, spending.valid, definition.slice_target)


def part_count(*, whole: Whole, position: int, definition: CompositeDefinition, target: Decimal) -> SliceCount | None:
    """Of one objective that a composite judges by slices, as if the whole budget were for it alone."""
    valid, good = whole.events[position]
    return _counted(whole.spending, definition.definition, whole.bad_parts[position], good, valid, target)


def _counted(
    spending: Spending, definition: Definition, is_bad: BoolArray, good: FloatArray, valid: FloatArray, target: Decimal
) -> SliceCount | None:
    seen = spending.measured
    if not seen.any():
        return None
    is_bad, good, valid = is_bad[seen], good[seen], valid[seen]
    fails = is_bad & (valid > 0)  # silence is no question of the target
    bad, measured = int(is_bad.sum()), len(is_bad)
    allowed = math.floor((1 - definition.objective) * Decimal(int(spending.base.sum())))
    stretches = np.array_split(fails, min(_STRETCHES, measured))
    is_everywhere = 2 * sum(bool(one.any()) for one in stretches) >= len(stretches)
    return SliceCount(
        bad=bad,
        measured=measured,
        allowed=allowed,
        target=target,
        is_too_strict=int(fails.sum()) > _MANY * allowed and is_everywhere,
        kept_from=_kept_from(good, valid, allowed) if bad > allowed else None,
    )


def _kept_from(good: FloatArray, valid: FloatArray, allowed: int) -> Decimal | None:
    """Below the ratio of all slices but the *allowed* worst; those without events are bad by any target."""
    ratios: FloatArray = np.sort(np.divide(good, valid, out=np.full(len(valid), -1.0), where=valid > 0))
    least = float(ratios[allowed])
    return Decimal(math.floor(least * _TARGET_STEPS)) / _TARGET_STEPS if least >= _LEAST_TARGET else None
