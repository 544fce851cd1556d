"""A day of a component by its minutes. A minute counts as down when it was measured and its bad share reached the
outage share of an objective (see `judging`). Minutes that nobody measured are neither up nor down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil

import numpy as np

from incidents.status_page.domain.judging import outage_share
from slo.domain.exclusions import Exclusion, masks
from slo.domain.minutes import MinuteSeries, sound


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """The minutes of one objective on one day, and what corrects them."""

    series: MinuteSeries
    objective: Decimal
    exclusions: tuple[Exclusion, ...] = ()


@dataclass(frozen=True, slots=True)
class DayFigures:
    """good, valid: events of the worst objective of the day, whole ones: of a part of a bad one nothing is forgiven.

    valid 0: nobody measured it.
    """

    minutes: int
    measured_minutes: int
    down_minutes: int
    good: int
    valid: int


@dataclass(frozen=True, slots=True)
class DayView:
    """One bar. ratio None: no data."""

    day: date
    minutes: int = 0
    measured_minutes: int = 0
    down_minutes: int = 0
    good: int = 0
    valid: int = 0

    @property
    def ratio(self) -> float | None:
        return self.good / self.valid if self.valid else None

    @property
    def level(self) -> str:
        """no_data, good, warn (some minutes down) or bad (an hour or more)."""
        if not self.valid:
            return "no_data"
        if not self.down_minutes:
            return "good"
        return "bad" if self.down_minutes >= BAD_MINUTES else "warn"


BAD_MINUTES = 60
# Increases of counters are no whole numbers, and sums of floats are off by less than this.
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Uptime:
    """Of several days. ratio None: nothing was measured on any of them."""

    ratio: float | None
    valid: int
    down_minutes: int
    measured_days: int
    days: int


def figures_of(*, measured: Sequence[Measured], minutes: int) -> DayFigures:
    """All series begin and end together and have *minutes* entries. Excluded minutes do not count at all."""
    was_measured = np.zeros(minutes, dtype=np.bool_)
    was_down = np.zeros(minutes, dtype=np.bool_)
    worst: tuple[float, float, float] | None = None  # ratio, good, valid
    for one in measured:
        series = sound(one.series).series
        found = masks(exclusions=one.exclusions, start_minute=series.start_minute, end_minute=series.end_minute)
        counts = series.covered & ~found.excluded
        valid = np.where(counts, series.valid, 0.0)
        good = np.where(counts, np.where(found.up, series.valid, series.good), 0.0)
        was_measured |= counts
        bad_share = np.divide(valid - good, valid, out=np.zeros(minutes), where=valid > 0)
        was_down |= bad_share >= outage_share(one.objective)
        total = float(valid.sum())
        if total > 0:
            kept = float(good.sum())
            worst = min(worst or (2.0, 0.0, 0.0), (kept / total, kept, total))
    _, served, asked = worst or (0.0, 0.0, 0.0)
    valid_events = ceil(round(asked, _DIGITS))
    bad_events = min(valid_events, ceil(round(asked - served, _DIGITS)))
    return DayFigures(
        minutes=minutes,
        measured_minutes=int(np.count_nonzero(was_measured)),
        down_minutes=int(np.count_nonzero(was_down)),
        good=valid_events - bad_events,
        valid=valid_events,
    )


def uptime_of(days: Sequence[DayView]) -> Uptime:
    """Ratio of sums; days without data are left out of it, and counted."""
    good, valid = sum(one.good for one in days), sum(one.valid for one in days)
    return Uptime(
        ratio=good / valid if valid else None,
        valid=valid,
        down_minutes=sum(one.down_minutes for one in days),
        measured_days=sum(1 for one in days if one.valid),
        days=len(days),
    )
