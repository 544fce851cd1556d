"""How much a counter grew in each minute, from its raw samples. No extrapolation.

The rule, which differs from PromQL's `increase` (that one extrapolates to the edges of its window):

- What a counter grew between two samples is counted when the later one was taken: in that sample's
  minute. Whole numbers stay whole, and a minute is final once its samples have arrived.
- Samples more than a minute apart share their increase evenly among the minutes after the earlier sample.
- A fall is a reset to zero: the increase is the new value (Prometheus: `rate` and `resets`).
- A series that appears with a value counts from its first sample on. The query API tells no start time.
- Samples further apart than `gap` are not connected: the minutes between were not measured.
- A sample that cannot be true (NaN, infinite, negative, above 2^53) spoils its own minute and nothing else.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from reliability.kit.counting import EXACT_MAX
from reliability.telemetry.domain.counts import Floats, PerMinute
from reliability.telemetry.domain.samples import Millis, Samples, clean, flag_minutes, minute_of

MILLISECOND = timedelta(milliseconds=1)


def increase_per_minute(*, times: Millis, values: Floats, start_minute: int, minutes: int, gap: timedelta) -> PerMinute:
    """Increase of one counter series in each of *minutes* minutes from *start_minute* (epoch minutes).

    times: milliseconds since the epoch in any order; give samples from one *gap* before to one *gap* after the
    period, or its edges are seen as gaps. Minutes without any connected pair of samples are not covered.
    """
    # Beyond it float64 steps over whole numbers, and one such sample would make the next look like a reset.
    samples = clean(times=times, values=values, minimum=0.0, maximum=EXACT_MAX)
    return spread(samples=samples, growth=_growth(samples.values), start_minute=start_minute, minutes=minutes, gap=gap)


def _growth(values: Floats) -> Floats:
    difference = np.diff(values)
    return np.where(difference < 0, values[1:], difference)


def spread(*, samples: Samples, growth: Floats, start_minute: int, minutes: int, gap: timedelta) -> PerMinute:
    """Attribute the *growth* between each two consecutive samples to minutes, as the module says."""
    faulty = flag_minutes(times=samples.rejected, start_minute=start_minute, minutes=minutes)
    if len(samples.times) < 2:
        return PerMinute(np.zeros(minutes), np.zeros(minutes, dtype=bool), faulty, series=1)
    minute = minute_of(samples.times)
    connected = np.diff(samples.times) <= gap // MILLISECOND
    earlier, later, growth = minute[:-1][connected], minute[1:][connected], growth[connected]
    first = np.minimum(earlier + 1, later)
    share = later - first + 1
    index = _ranges(first, share) - start_minute
    amount = np.repeat(growth / share, share)
    inside = (index >= 0) & (index < minutes)
    index, amount = index[inside], amount[inside]
    covered = np.zeros(minutes, dtype=bool)
    covered[index] = True
    increase: Floats = np.bincount(index, weights=amount, minlength=minutes).astype(np.float64)
    return PerMinute(increase, covered, faulty, series=1)


def _ranges(first: Millis, length: Millis) -> Millis:
    """first[0], first[0]+1, … (length[0] of them), first[1], …"""
    if not len(first):
        return first
    ends = np.cumsum(length)
    steps: Millis = np.arange(ends[-1]) - np.repeat(ends - length, length)
    return np.repeat(first, length) + steps
