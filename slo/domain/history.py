"""The SLI in steps over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reliability.kit.periods import Period
from slo.domain.definition import Definition
from slo.domain.exclusions import Exclusion
from slo.domain.minutes import MinuteSeries


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """One step: events, SLI and burn rate by the SLO's method; None where nothing was measured (a gap stays a gap)."""

    start: datetime
    end: datetime
    good: float
    valid: float
    sli: float | None
    burn_rate: float | None
    coverage: float


def points(
    *,
    series: MinuteSeries,
    definition: Definition,
    period: Period,
    step: timedelta,
    exclusions: Sequence[Exclusion] = (),
    now: datetime,
) -> list[HistoryPoint]:
    """One point per *step* from the start of *period* on, up to *now*; the last may be shorter."""
    raise NotImplementedError


def points_between(
    *,
    series: MinuteSeries,
    definition: Definition,
    edges: Sequence[datetime],
    exclusions: Sequence[Exclusion] = (),
    now: datetime,
) -> list[HistoryPoint]:
    """One point per pair of consecutive *edges*, such as the midnights of a zone."""
    raise NotImplementedError
