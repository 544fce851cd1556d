"""The stored minutes of an SLI."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.conf import settings

from reliability.kit.collector import collector_paused
from reliability.kit.periods import Period
from slo.domain.chunks import HOUR_MINUTES, join_hours
from slo.domain.minutes import MinuteSeries
from slo.models import Sli
from slo.selectors import chunks


@dataclass(frozen=True, slots=True)
class SeriesExtent:
    """What is stored of an SLI: from its first hour to its newest measured minute, its measured minutes and totals.

    period is None when nothing is stored.
    """

    period: Period | None
    minutes: int
    good: float
    valid: float


def kept_from(*, now: datetime) -> datetime:
    """The instant before which no minute is kept (SERIES_RETENTION_DAYS): nobody need read, or make arrays, before."""
    return now - timedelta(days=settings.SERIES_RETENTION_DAYS)


def read_minutes(*, sli_id: int, period: Period) -> MinuteSeries:
    """The minutes from the floored start of *period* to its floored end; what is not stored is not covered."""
    return read_between(sli_id=sli_id, start_minute=period.start_minute, end_minute=period.end_minute)


def read_between(*, sli_id: int, start_minute: int, end_minute: int) -> MinuteSeries:
    """The epoch minutes [start_minute, end_minute); what is not stored is not covered."""
    found = chunks.read_hours(
        sli_id=sli_id, first_hour=start_minute // HOUR_MINUTES, end_hour=-(-end_minute // HOUR_MINUTES)
    )
    return join_hours(
        hours=found.hours,
        good=found.good,
        valid=found.valid,
        coverage=found.coverage,
        start_minute=start_minute,
        end_minute=end_minute,
    )


def read_many(*, sli_ids: Iterable[int], start_minute: int, end_minute: int) -> dict[int, MinuteSeries]:
    """As read_between for each of several SLIs, by one statement whatever their number."""
    ids = np.unique(np.array(list(sli_ids), dtype=np.int64))
    with collector_paused():
        found = chunks.read_minutes_of_many(
            sli_ids=ids, first_hour=start_minute // HOUR_MINUTES, end_hour=-(-end_minute // HOUR_MINUTES)
        )
    bounds = np.searchsorted(found.sli_ids, np.stack((ids, ids + 1))).T.tolist()
    return {
        sli_id: join_hours(
            hours=found.hours[first:last],
            good=found.good[first:last],
            valid=found.valid[first:last],
            coverage=found.coverage[first:last],
            start_minute=start_minute,
            end_minute=end_minute,
        )
        for sli_id, (first, last) in zip(ids.tolist(), bounds, strict=True)
    }


def extent_of(*, sli: Sli) -> SeriesExtent:
    """What is stored of *sli* altogether."""
    if sli.first_hour is None or sli.last_hour is None:
        return SeriesExtent(None, 0, 0.0, 0.0)
    start, end = sli.first_hour * HOUR_MINUTES, (sli.last_hour + 1) * HOUR_MINUTES
    return SeriesExtent(
        # Hours are stored whole: the last one may reach into the future.
        period=Period.from_minutes(start, min(end, max(start, sli.measured_until_minute or end))),
        minutes=sli.total_minutes - sli.base_minutes,
        good=sli.total_good - sli.base_good,
        valid=sli.total_valid - sli.base_valid,
    )
