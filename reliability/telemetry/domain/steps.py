"""The increase of an expression of counters, which is only known once a minute.

A sum that falls may have lost a series or seen one of them restart; which, and by how much, cannot be told
any more. Calling it a reset to zero, as PromQL does for `rate(sum(…))`, would invent as many events as the
whole sum. So the minute of a fall is not covered, and counting goes on from the new value.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from reliability.telemetry.domain.counts import Floats, PerMinute
from reliability.telemetry.domain.increase import spread
from reliability.telemetry.domain.samples import Millis, Samples, clean


def steps_per_minute(
    *, times: Millis, values: Floats, start_minute: int, minutes: int, gap: timedelta
) -> tuple[PerMinute, int]:
    """Increase per minute of one series of an expression, and how often it fell. Shapes as increase_per_minute."""
    samples = clean(times=times, values=values, minimum=0.0)
    fell = np.flatnonzero(np.diff(samples.values) < 0) + 1
    runs = np.split(np.arange(len(samples.times)), fell)
    total = PerMinute.nothing(minutes)
    for run in runs:
        part = Samples(samples.times[run], samples.values[run], samples.rejected)
        total = total.plus(
            spread(samples=part, growth=np.diff(part.values), start_minute=start_minute, minutes=minutes, gap=gap)
        )
    return PerMinute(total.figure, total.covered, total.faulty, series=1), len(fell)
