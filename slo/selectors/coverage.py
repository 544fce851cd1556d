"""Which minutes of a period were measured, and where the holes are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reliability.kit.periods import Period
from slo.domain.chunks import HOUR_MINUTES, coverage_bits
from slo.domain.gaps import gaps_in
from slo.models import HourChunk, Sli


@dataclass(frozen=True, slots=True)
class CoverageView:
    """Measured minutes of `period`. share is 0..1, None for an empty period; gaps are the longest, longest first."""

    period: Period
    minutes: int
    measured_minutes: int
    share: float | None
    gap_count: int
    gaps: tuple[Period, ...]


def coverage_of(*, sli: Sli, period: Period, limit: int = 5) -> CoverageView:
    """Coverage and the *limit* longest gaps of the stored series in [start, end) of *period*."""
    first_hour, last_hour = period.start_minute // HOUR_MINUTES, -(-period.end_minute // HOUR_MINUTES)
    masks = np.zeros(max(0, last_hour - first_hour), dtype=np.int64)
    rows = HourChunk.objects.filter(sli=sli, hour__gte=first_hour, hour__lt=last_hour)
    for hour, coverage in rows.order_by("hour").values_list("hour", "coverage"):
        masks[hour - first_hour] = coverage
    start = period.start_minute - first_hour * HOUR_MINUTES
    covered = coverage_bits(masks).ravel()[start : start + period.minutes]
    gaps = gaps_in(covered, start_minute=period.start_minute)
    measured = int(covered.sum())
    return CoverageView(
        period=period,
        minutes=len(covered),
        measured_minutes=measured,
        share=measured / len(covered) if len(covered) else None,
        gap_count=len(gaps),
        gaps=tuple(sorted(gaps, key=lambda gap: gap.length, reverse=True)[:limit]),
    )
