"""How many objectives speak of the past only: nothing newer was measured, or nothing newer evaluated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from reliability.access.domain.caller import Caller
from slo.models import Slo

MEASURED_WITHIN = timedelta(minutes=15)  # collection runs each minute and allows a source a few to settle
EVALUATED_WITHIN = timedelta(minutes=5)  # evaluation runs each minute
PUSHED = "counts"  # kind of sources whose senders choose their own rhythm


@dataclass(frozen=True, slots=True)
class Staleness:
    """Readable objectives with a status, how many are behind or were never measured, and the oldest evaluation."""

    objectives: int
    unmeasured: int
    never_measured: int
    unevaluated: int
    oldest_evaluation_at: datetime | None


def staleness_of(*, caller: Caller, now: datetime) -> Staleness:
    """Counts in one query. An objective that never had data is not stale, nor is one whose counts are pushed."""
    pulled = ~Q(sli__source__kind=PUSHED)
    found = (
        Slo.objects.readable_by(caller)
        .filter(status__isnull=False)
        .aggregate(
            objectives=Count("pk"),
            unmeasured=Count("pk", filter=pulled & Q(status__measured_until__lt=now - MEASURED_WITHIN)),
            never_measured=Count("pk", filter=Q(status__measured_until=None)),
            unevaluated=Count("pk", filter=Q(status__evaluated_at__lt=now - EVALUATED_WITHIN)),
            oldest_evaluation_at=Min("status__evaluated_at"),
        )
    )
    return Staleness(**found)
