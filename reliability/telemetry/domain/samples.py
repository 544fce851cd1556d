"""Samples of one series: sorted, finite, one per instant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reliability.telemetry.domain.counts import Flags, Floats

Millis = NDArray[np.int64]
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Samples:
    """Instants in milliseconds since the epoch, ascending and distinct, with finite values.

    `rejected` are the instants of samples that were left out because they cannot be true.
    """

    times: Millis
    values: Floats
    rejected: Millis


def clean(*, times: Millis, values: Floats, minimum: float = -np.inf, maximum: float = np.inf) -> Samples:
    """Sort, drop exact repeats, and reject NaN, infinities, values outside the bounds and contradicting repeats."""
    order = np.argsort(times, kind="stable")
    times, values = times[order], values[order]
    with np.errstate(invalid="ignore"):
        credible = np.isfinite(values) & (values >= minimum) & (values <= maximum)
    rejected = times[~credible]
    times, values = times[credible], values[credible]
    if len(times) > 1:
        repeats = np.flatnonzero(np.diff(times) == 0) + 1
        if len(repeats):
            contradicting = repeats[values[repeats] != values[repeats - 1]]
            rejected = np.concatenate([rejected, times[contradicting]])
            times, values = np.delete(times, repeats), np.delete(values, repeats)
    return Samples(times, values, rejected)


def minute_of(times: Millis) -> Millis:
    """The epoch minute whose end each sample describes: a sample on the boundary belongs to the minute it closes.

    So a scrape at 12:01:00.000 tells about 12:00, as does a range query evaluated at the end of that minute.
    """
    minutes: Millis = (times - 1) // MINUTE_MS
    return minutes


def flag_minutes(*, times: Millis, start_minute: int, minutes: int) -> Flags:
    """True for the minutes (from *start_minute*) that hold one of *times*."""
    flags = np.zeros(minutes, dtype=bool)
    index = minute_of(times) - start_minute
    flags[index[(index >= 0) & (index < minutes)]] = True
    return flags
