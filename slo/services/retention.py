"""Dropping minutes older than they are kept for, in short pieces, and the alerts that spoke of them."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from django.conf import settings
from django.db import transaction

from reliability.kit.counting import DRIFT_MAX
from slo.domain.chunks import HOUR_MINUTES
from slo.domain.prefixes import Head, Shift
from slo.models import BurnAlert, CompositeAlert, HourChunk, Sli
from slo.services import chunk_rows
from slo.services.series import acceptable_minutes

SLIS_PER_RUN = 100
HOURS_PER_PIECE = 24 * 30
ALERTS_PER_RUN = 1_000


def drop_old(*, now: datetime) -> bool:
    """Drop up to a month of hours from each of some SLIs; returns whether there is more to drop.

    Prefix sums stay as they are: the base of the head moves up to the oldest hour that is left. Only where it has
    come so far that whole counts could lose digits, all of them are moved back to it.
    """
    oldest = acceptable_minutes(now=now)[0] // HOUR_MINUTES
    ids = list(
        Sli.objects.filter(first_hour__lt=oldest)
        .order_by("first_hour", "pk")
        .values_list("pk", flat=True)[: SLIS_PER_RUN + 1]
    )
    is_more = len(ids) > SLIS_PER_RUN
    for sli_id in ids[:SLIS_PER_RUN]:
        is_more |= _drop(sli_id, oldest)
    return drop_old_alerts(now=now) or is_more


def drop_old_alerts(*, now: datetime) -> bool:
    """Drop some alerts that were over before the oldest minute kept; returns whether there may be more."""
    oldest = now - timedelta(days=settings.SERIES_RETENTION_DAYS)
    is_more = False
    for alerts in (BurnAlert.objects, CompositeAlert.objects):
        over = alerts.filter(resolved_at__lt=oldest).order_by("resolved_at", "pk")
        ids = list(over.values_list("pk", flat=True)[:ALERTS_PER_RUN])
        alerts.filter(pk__in=ids).delete()
        is_more |= len(ids) == ALERTS_PER_RUN
    return is_more


@transaction.atomic
def _drop(sli_id: int, oldest: int) -> bool:
    head = chunk_rows.lock_heads([sli_id]).get(sli_id)
    if head is None or head.first_hour is None or head.last_hour is None or head.first_hour >= oldest:
        return False
    bound = min(oldest, head.first_hour + HOURS_PER_PIECE)
    HourChunk.objects.filter(sli_id=sli_id, hour__lt=bound).delete()
    left = HourChunk.objects.filter(sli_id=sli_id).order_by("hour")
    first = left.values_list("hour", "good_before", "valid_before", "minutes_before").first()
    if first is None:
        nothing = np.zeros(3)
        chunk_rows.write_heads([chunk_rows.HeadRow(Head(sli_id, None, None, nothing, nothing), None, 0)])
        return False
    base = np.array(first[1:], dtype=np.float64)
    total = head.total
    if np.abs(base).max() > DRIFT_MAX:
        chunk_rows.shift_prefixes([Shift(sli_id, first[0], head.last_hour, -base[0], -base[1], -int(base[2]))])
        base, total = np.zeros(3), total - base
    chunk_rows.write_heads([chunk_rows.HeadRow(Head(sli_id, first[0], head.last_hour, base, total), None, 0)])
    return bound < oldest
