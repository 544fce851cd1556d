"""What the rules of a composite read: burn over whole slices, and the events behind them."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from reliability.kit.instants import from_minute, to_minute
from slo.domain.alerting_readings import Reading, WindowReading
from slo.domain.alerting_rules import Rule
from slo.domain.burn import rate_of_tail, units_in
from slo.domain.composite_slices import Whole
from slo.domain.composites import CompositeDefinition
from slo.domain.minutes import FloatArray

# Slices that lie before the longest window tell whether anything was measured before it.
LEAD = timedelta(days=1)


def reading_of(*, whole: Whole, definition: CompositeDefinition, rule: Rule, at: datetime, is_stale: bool) -> Reading:
    """The windows of *rule* that end with the last whole slice before *at*.

    Covered are the minutes of slices that could be judged, or in which nobody asked for anything. Counts are events of
    the parts: the bad ones of parts that were bad in the slice.
    """
    before = whole.between(start_minute=whole.spending.start_minute, end_minute=to_minute(at - rule.long))
    return Reading(
        long=_window(whole, definition, rule.long, at),
        short=_window(whole, definition, rule.short, at) if rule.short else None,
        is_stale=is_stale,
        is_young=not (before.spending.covered_minutes > 0).any(),
    )


def began_at(*, whole: Whole, definition: CompositeDefinition, rule: Rule, at: datetime) -> datetime:
    """The start of the slice that put the newest window above for good, as of an objective: the little that is always
    lost, and burns that ended, are not this one. At the earliest where the long window begins.
    """
    tail = whole.between(start_minute=to_minute(at - rule.long), end_minute=to_minute(at)).spending
    units = units_in(definition.definition, rule.short or rule.long, at)
    above = _rolled(tail.bad, units) > rule.threshold * float(definition.definition.budget) * _rolled(tail.base, units)
    below = np.flatnonzero(above != rule.op.is_upward)
    first = min(int(below[-1]) + 1, len(above) - 1) if len(below) else 0
    return from_minute(tail.start_minute + first * tail.unit_minutes)


def _rolled(values: FloatArray, units: int) -> FloatArray:
    """Of each slice the sum over the *units* that end with it; over fewer at the beginning."""
    sums = np.concatenate(([0.0], np.cumsum(values)))
    ends = np.arange(1, len(sums))
    rolled: FloatArray = sums[ends] - sums[np.maximum(ends - units, 0)]
    return rolled


def bad_slices(*, whole: Whole, definition: CompositeDefinition, window: timedelta, at: datetime) -> list[int]:
    """In how many slices of the window before *at* each part was bad, in their order."""
    tail = _tail(whole, definition, window, at)
    counts: list[int] = tail.bad_parts.sum(axis=1).tolist()
    return counts


def _window(whole: Whole, definition: CompositeDefinition, window: timedelta, at: datetime) -> WindowReading:
    tail = _tail(whole, definition, window, at)
    live = tail.spending.live_minutes
    valid, good = (float(one.sum()) for one in tail.counted())
    units = max(1, len(live))
    return WindowReading(
        burn=rate_of_tail(tail.spending, definition.definition, units) if len(live) else None,
        good=good,
        valid=valid,
        covered=int(live[~tail.is_missing].sum()),
        live=int(live.sum()),
    )


def _tail(whole: Whole, definition: CompositeDefinition, window: timedelta, at: datetime) -> Whole:
    """The slices that ended in the window, one at least."""
    unit = definition.unit_minutes
    end = to_minute(at) // unit * unit
    return whole.between(start_minute=end - units_in(definition.definition, window, at) * unit, end_minute=end)
