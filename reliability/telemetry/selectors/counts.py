"""Counts of SLIs from their source, whatever its kind."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import datetime, timedelta

from reliability.access.services.vault import VaultError
from reliability.kit.instants import MINUTE, format_instant
from reliability.kit.periods import Period
from reliability.telemetry.domain.counts import Counts
from reliability.telemetry.domain.failures import Reason, SourceError
from reliability.telemetry.domain.queries import SliQuery
from reliability.telemetry.models import Source
from reliability.telemetry.selectors.sources import connection_of
from reliability.telemetry.sources.kind import Reading
from reliability.telemetry.sources.registry import kind_of

__all__ = ["Counts", "SliQuery", "SourceError", "counts", "longest_gap", "read_source"]


def counts(
    *,
    source: Source,
    queries: Sequence[SliQuery],
    period: Period,
    step: timedelta = MINUTE,
    now: datetime,
    seconds_max: float | None = None,
) -> dict[Hashable, Counts | SourceError]:
    """Counts per minute of *period* (whole minutes of it) for each query's key, or why there are none.

    Nothing is written: services.counts.collect does the same and keeps the source's health and breaker, too.
    Minutes that end after *now* are not covered. seconds_max: about how long it may take; what was not asked by then
    is answered by an error of reason OUT_OF_TIME. Raises ValueError for a step other than a minute.
    """
    if step != MINUTE:
        raise ValueError("counts are kept per minute: ask for minutes and add them up")
    return read_source(source=source, queries=queries, period=period, now=now, seconds_max=seconds_max).answers


def longest_gap(*, source: Source) -> timedelta:
    """How long after a minute a late sample may still fill it, by the settings of the source."""
    return kind_of(source.kind).gap(source.settings)


def read_source(
    *,
    source: Source,
    queries: Sequence[SliQuery],
    period: Period,
    now: datetime,
    seconds_max: float | None = None,
) -> Reading:
    """As counts(), with how the source behaved. While its circuit breaker is open, it is not asked."""
    if not queries:
        return Reading(answers={})
    if source.open_until is not None and source.open_until > now:
        return _refused(queries, _open(source))
    try:
        connection = connection_of(source)
    except VaultError as error:
        failure = SourceError(Reason.INVALID_SETTINGS, str(error))
        return _refused(queries, failure, failure=failure)
    return kind_of(source.kind).read(
        connection=connection, queries=queries, period=period, now=now, seconds_max=seconds_max
    )


def _open(source: Source) -> SourceError:
    until = format_instant(source.open_until.replace(microsecond=0)) if source.open_until else "later"
    return SourceError(
        Reason.BREAKER_OPEN,
        f"{source.name} failed {source.failures_in_a_row} times in a row and is left alone until {until}: "
        f"{source.last_error}",
    )


def _refused(queries: Sequence[SliQuery], error: SourceError, *, failure: SourceError | None = None) -> Reading:
    return Reading(answers={query.key: error for query in queries}, failure=failure)
