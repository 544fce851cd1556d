"""Fetching counts and keeping the source's health: what collection and backfill call."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import datetime

from reliability.kit.periods import Period
from reliability.telemetry.domain.counts import Counts
from reliability.telemetry.domain.failures import SourceError
from reliability.telemetry.domain.queries import SliQuery
from reliability.telemetry.models import Source
from reliability.telemetry.selectors.counts import read_source
from reliability.telemetry.services.health import note_reading

__all__ = ["collect"]


def collect(
    *,
    source: Source,
    queries: Sequence[SliQuery],
    period: Period,
    now: datetime,
    seconds_max: float | None = None,
) -> dict[Hashable, Counts | SourceError]:
    """As selectors.counts.counts, and note the latency, warnings or failure at the source.

    Call it outside of a transaction: requests take as long as the source takes.
    """
    reading = read_source(source=source, queries=queries, period=period, now=now, seconds_max=seconds_max)
    note_reading(source_id=source.pk, reading=reading, now=now)
    return reading.answers
