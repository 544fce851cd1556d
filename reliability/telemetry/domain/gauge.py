"""Gauges per minute: the share of a minute's samples for which something holds."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import timedelta

import numpy as np

from reliability.telemetry.domain.counts import Flags, Floats, PerMinute
from reliability.telemetry.domain.increase import MILLISECOND
from reliability.telemetry.domain.samples import Millis, clean, flag_minutes, minute_of

COMPARISONS: dict[str, tuple[str, Callable[[Floats, float], Floats]]] = {
    "lt": ("<", operator.lt),
    "lte": ("≤", operator.le),
    "gt": (">", operator.gt),
    "gte": ("≥", operator.ge),
}


def share_per_minute(
    *, times: Millis, values: Floats, start_minute: int, minutes: int, gap: timedelta, minimum: float, maximum: float
) -> PerMinute:
    """The mean of each minute's samples of one series; a value holds until the next sample, for at most *gap*.

    NaN is how PromQL says "no traffic" (0/0) and leaves its minute unmeasured; values outside
    [minimum, maximum] and infinities make theirs faulty. Shapes as increase_per_minute.
    """
    known = ~np.isnan(values)
    samples = clean(times=times[known], values=values[known], minimum=minimum, maximum=maximum)
    faulty = flag_minutes(times=samples.rejected, start_minute=start_minute, minutes=minutes)
    minute = minute_of(samples.times) - start_minute
    inside = (minute >= 0) & (minute < minutes)
    sums = np.bincount(minute[inside], weights=samples.values[inside], minlength=minutes)
    seen = np.bincount(minute[inside], minlength=minutes)
    mean = np.divide(sums, seen, out=np.zeros(minutes), where=seen > 0)
    covered = seen > 0
    unknown = flag_minutes(times=times[~known], start_minute=start_minute, minutes=minutes)
    for position in np.flatnonzero((np.diff(minute) > 1) & (np.diff(samples.times) <= gap // MILLISECOND)):
        held = slice(max(minute[position] + 1, 0), min(max(minute[position + 1], 0), minutes))
        empty = ~covered[held] & ~unknown[held]
        mean[held][empty] = samples.values[position]
        covered[held] |= empty
    return PerMinute(mean, covered, faulty, series=1)


def holds(*, values: Floats, op: str, threshold: float) -> Floats:
    """1 where the comparison holds, 0 where not, NaN where the value is NaN. Infinities compare as numbers."""
    _, compare = COMPARISONS[op]
    return np.where(np.isnan(values), np.nan, compare(values, threshold).astype(np.float64))


def mean_of(parts: list[PerMinute], minutes: int) -> PerMinute:
    """The mean over series that were measured in a minute."""
    return _combine(parts, minutes, _mean)


def worst_of(parts: list[PerMinute], minutes: int) -> PerMinute:
    """The lowest over series that were measured in a minute."""
    return _combine(parts, minutes, _lowest)


def _combine(parts: list[PerMinute], minutes: int, choose: Callable[[Floats, Floats], Floats]) -> PerMinute:
    if not parts:
        return PerMinute.nothing(minutes)
    figures = np.vstack([part.figure for part in parts])
    covered = np.vstack([part.covered for part in parts])
    faulty: Flags = np.logical_or.reduce([part.faulty for part in parts])
    seen: Flags = np.logical_or.reduce([part.covered for part in parts])
    return PerMinute(np.where(seen, choose(figures, covered.astype(np.float64)), 0.0), seen, faulty, series=len(parts))


def _mean(figures: Floats, weights: Floats) -> Floats:
    total: Floats = (figures * weights).sum(axis=0) / np.maximum(weights.sum(axis=0), 1.0)
    return total


def _lowest(figures: Floats, weights: Floats) -> Floats:
    lowest: Floats = np.where(weights > 0, figures, np.inf).min(axis=0)
    return lowest
