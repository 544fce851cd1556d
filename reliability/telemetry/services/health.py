"""The health columns of a source: written here and nowhere else, so that all workers share one breaker."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from reliability.telemetry.domain.breaker import rest_after
from reliability.telemetry.domain.failures import SourceError
from reliability.telemetry.models import Source
from reliability.telemetry.sources.kind import Reading

_WARNINGS_MAX = 20
_TEXT_MAX = 1000
_INTAKE_NOTED_EVERY = timedelta(minutes=1)


def note_success(*, source_id: int, latency_seconds: float | None, warnings: Sequence[str] = (), now: datetime) -> None:
    """The source answered: the breaker closes."""
    Source.objects.filter(pk=source_id).update(
        checked_at=now,
        answered_at=now,
        latency_seconds=latency_seconds,
        failures_in_a_row=0,
        open_until=None,
        last_error="",
        warnings=[text[:_TEXT_MAX] for text in warnings[:_WARNINGS_MAX]],
    )


def note_failure(*, source_id: int, error: SourceError, now: datetime) -> None:
    """The source as a whole failed: counted, and the breaker opens when it was once too often."""
    with transaction.atomic():
        source = Source.objects.select_for_update().filter(pk=source_id).first()
        if source is None:
            return
        source.checked_at = now
        source.failures_in_a_row += 1
        rest = rest_after(source.failures_in_a_row)
        source.open_until = None if rest is None else now + rest
        source.last_error = error.message[:_TEXT_MAX]
        source.save(update_fields=("checked_at", "failures_in_a_row", "open_until", "last_error"))


def note_intake(*, source_ids: Collection[int], now: datetime) -> None:
    """Counts arrived for these sources: remembered at most once a minute, so that intake mostly reads here.

    One statement for each source: two requests that touch the same ones never wait for each other in a circle.
    """
    unnoted = Q(answered_at=None) | Q(answered_at__lte=now - _INTAKE_NOTED_EVERY)
    rows = Source.objects.filter(unnoted, pk__in=source_ids).order_by("pk").values_list("pk", flat=True)
    for pk in list(rows):
        Source.objects.filter(unnoted, pk=pk).update(answered_at=now)


def note_reading(*, source_id: int, reading: Reading, now: datetime) -> None:
    """What *reading* tells of its source; nothing when no request was made."""
    if reading.failure is not None:
        note_failure(source_id=source_id, error=reading.failure, now=now)
    elif reading.requests:
        note_success(source_id=source_id, latency_seconds=reading.latency_seconds, warnings=reading.warnings, now=now)
