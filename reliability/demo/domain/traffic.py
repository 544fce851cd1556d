"""Made-up traffic that is the same every time it is asked for: a function of a seed and a minute."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MINUTES_PER_DAY = 1440


@dataclass(frozen=True, slots=True)
class Trouble:
    """A stretch of time, told by its start in hours after the demo's first start (negative: before it)."""

    start_hours: float
    minutes: int
    bad_fraction: float = 0.0

    def covers(self, *, minutes: NDArray[np.int64], anchor_minute: int) -> NDArray[np.bool_]:
        start = anchor_minute + round(self.start_hours * 60)
        return (minutes >= start) & (minutes < start + self.minutes)


@dataclass(frozen=True, slots=True)
class Traffic:
    """The load on one SLI.

    requests_per_minute: mean; 1 with `is_probe` means one check a minute that passes or fails.
    daily_swing: 0 is flat, 0.6 swings between 40 % and 160 % of the mean, highest at 14:00 UTC.
    bad_fraction: of all requests, on a quiet day. troubles raise it; in silences nothing is measured.
    """

    seed: int
    requests_per_minute: float
    bad_fraction: float
    daily_swing: float = 0.5
    is_probe: bool = False
    troubles: tuple[Trouble, ...] = ()
    silences: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True)
class Minutes:
    """Counts of consecutive minutes from `start_minute` (minutes since the epoch) on."""

    start_minute: int
    good: NDArray[np.float64]
    valid: NDArray[np.float64]
    covered: NDArray[np.bool_]


def traffic_between(*, traffic: Traffic, anchor_minute: int, start_minute: int, end_minute: int) -> Minutes:
    """Counts of the minutes [start_minute, end_minute). Any split of a period gives the same numbers."""
    first_hour, end_hour = start_minute // 60, -(-end_minute // 60)
    hours = [
        _hour(traffic=traffic, anchor_minute=anchor_minute, hour=hour)
        for hour in range(first_hour, max(end_hour, first_hour))
    ]
    offset = start_minute - first_hour * 60
    length = max(end_minute - start_minute, 0)
    good = np.concatenate([h[0] for h in hours] or [np.zeros(0)])[offset : offset + length]
    valid = np.concatenate([h[1] for h in hours] or [np.zeros(0)])[offset : offset + length]
    minutes = np.arange(start_minute, start_minute + length, dtype=np.int64)
    covered = np.ones(length, dtype=bool)
    for silence in traffic.silences:
        covered &= ~silence.covers(minutes=minutes, anchor_minute=anchor_minute)
    return Minutes(start_minute=start_minute, good=good, valid=valid, covered=covered)


def _hour(*, traffic: Traffic, anchor_minute: int, hour: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Good and valid of the sixty minutes of an hour; seeded by the hour, so that it never depends on who asks."""
    random = np.random.default_rng([traffic.seed, hour])
    minutes = np.arange(hour * 60, hour * 60 + 60, dtype=np.int64)
    bad_fraction = np.full(60, traffic.bad_fraction)
    for trouble in traffic.troubles:
        bad_fraction[trouble.covers(minutes=minutes, anchor_minute=anchor_minute)] = trouble.bad_fraction
    if traffic.is_probe:
        valid = np.ones(60, dtype=np.int64)
    else:
        day = (minutes % MINUTES_PER_DAY) / MINUTES_PER_DAY
        mean = traffic.requests_per_minute * (1 + traffic.daily_swing * np.cos(2 * np.pi * (day - 14 / 24)))
        valid = random.poisson(mean)
    bad = random.binomial(valid, bad_fraction)
    return (valid - bad).astype(np.float64), valid.astype(np.float64)
