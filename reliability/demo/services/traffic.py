"""Bringing the demo's series up to the present, whether it slept for a minute or for a month."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from reliability.access.models import Installation
from reliability.demo.domain.promises import HISTORY_HOURS, INDICATORS
from reliability.demo.domain.traffic import traffic_between
from reliability.kit.instants import to_minute
from reliability.telemetry.services.health import note_intake
from slo.models import Sli
from slo.services import series

MINUTES_ONCE_MAX = HISTORY_HOURS * 60


@transaction.atomic
def catch_up(*, now: datetime) -> int:
    """Store the minutes of every demo indicator from its newest stored hour to *now*. Returns how many were stored.

    Safe to run twice: the same minutes are replaced by the same numbers.
    """
    installation = Installation.objects.order_by("pk").first()
    if installation is None:
        return 0
    anchor_minute, end_minute = to_minute(installation.set_up_at), to_minute(now)
    slis = {sli.name: sli for sli in Sli.objects.filter(name__in=[indicator.name for indicator in INDICATORS])}
    counts = {}
    for indicator in INDICATORS:
        sli = slis.get(indicator.name)
        if sli is None or indicator.traffic is None:
            continue
        history_start = max(anchor_minute, end_minute) - MINUTES_ONCE_MAX
        start_minute = history_start if sli.last_hour is None else max(sli.last_hour * 60, history_start)
        counts[sli.pk] = traffic_between(
            traffic=indicator.traffic, anchor_minute=anchor_minute, start_minute=start_minute, end_minute=end_minute
        )
    note_intake(source_ids={sli.source_id for sli in slis.values() if sli.pk in counts}, now=now)
    return series.store_many(counts=counts, now=now).stored
