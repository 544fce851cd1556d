"""SLIs that fail by themselves while their source answers: asked for less, later, and past what cannot be read."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from reliability.kit.instants import floor_minute, from_minute
from reliability.telemetry.domain.failures import TOO_MUCH, Reason, SourceError
from slo.models import Sli
from slo.selectors.slis_measurements import Stretch
from slo.services.collections_plan import Errand

logger = structlog.get_logger(__name__)

# By then the piece is as short as it gets, and was refused more than once.
_TRIES = 6
# A query that was too slow may be quick later; so may a source be back that an older definition names.
_TRIES_PATIENT = 12
_PAUSE_LONGEST_MINUTES = 5
_ATTEMPTS_MAX = 100
_REASON_LENGTH_MAX = 1_000


def note(
    *,
    errand: Errand,
    cursor: int,
    stretch: Stretch,
    error: SourceError,
    is_newest_answered: bool,
    shortest: int,
    now: datetime,
) -> bool:
    """Count the failure of *stretch*; returns whether to go on at once.

    While the newest minutes cannot be read, either, nothing is passed over: the query may be mended, and the past
    be read then.
    """
    attempts = min(errand.sli.failed_attempts + 1, _ATTEMPTS_MAX)
    is_away = error.is_source_down or error.reason is Reason.BREAKER_OPEN  # the source that an older definition names
    is_patient = is_away or error.reason in TOO_MUCH
    start, end = max(cursor, stretch.period.start_minute), stretch.period.end_minute
    is_shortest = end - start <= shortest or is_away
    changes: dict[str, object] = {"failed_attempts": attempts, "retry_at": _retry_at(attempts, now)}
    if is_newest_answered:
        changes["collected_until"] = from_minute(cursor)
        if is_shortest and attempts >= (_TRIES_PATIENT if is_patient else _TRIES):
            changes |= _passed_over(errand.sli, from_minute(start), from_minute(end), error)
        if not is_patient or "unread_until_at" in changes:
            changes["retry_at"] = None
    # Another run of the same work may have got further.
    Sli.objects.filter(pk=errand.sli.pk, collected_until=errand.sli.collected_until).update(**changes)
    return changes["retry_at"] is None


def _retry_at(attempts: int, now: datetime) -> datetime:
    return floor_minute(now) + timedelta(minutes=min(attempts, _PAUSE_LONGEST_MINUTES))


def _passed_over(sli: Sli, start: datetime, end: datetime, error: SourceError) -> dict[str, object]:
    """The columns that say so; a stretch that continues the one before makes it longer."""
    is_same = sli.unread_until_at == start and sli.unread_from_at is not None
    logger.warning("stretch_unread", sli=sli.pk, start=start, end=end, error=error.message)
    return {
        "collected_until": end,
        "unread_from_at": sli.unread_from_at if is_same else start,
        "unread_until_at": end,
        "unread_reason": error.message[:_REASON_LENGTH_MAX],
    }
