"""Bringing the demo's series up to the present, whether it slept for a minute or for a month."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from reliability.access.models import Installation
from reliability.catalog.models import Service
from reliability.delivery.selectors.deployments_between import deployments_between
from reliability.demo.domain.breakages import LONGEST, Breakage, Shipped, breakages, broken_traffic, rewritten_from
from reliability.demo.domain.promises import HISTORY_HOURS, INDICATORS
from reliability.demo.domain.traffic import traffic_between
from reliability.kit.instants import MINUTE, to_minute
from reliability.kit.periods import Period
from reliability.telemetry.services.health import note_intake
from slo.models import Sli
from slo.services import series

MINUTES_ONCE_MAX = HISTORY_HOURS * 60
DEPLOYMENTS_MAX = 500


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
    broken = _broken(now=now)
    counts = {}
    for indicator in INDICATORS:
        sli = slis.get(indicator.name)
        if sli is None or indicator.traffic is None:
            continue
        history_start = max(anchor_minute, end_minute) - MINUTES_ONCE_MAX
        own = [one for one in broken if one.service == indicator.service]
        start_minute = history_start if sli.last_hour is None else max(sli.last_hour * 60, history_start)
        counts[sli.pk] = traffic_between(
            traffic=broken_traffic(traffic=indicator.traffic, broken=own, anchor_minute=anchor_minute),
            anchor_minute=anchor_minute,
            start_minute=min(start_minute, rewritten_from(broken=own, end_minute=end_minute)),
            end_minute=end_minute,
        )
    note_intake(source_ids={sli.source_id for sli in slis.values() if sli.pk in counts}, now=now)
    return series.store_many(counts=counts, now=now).stored


def _broken(*, now: datetime) -> list[Breakage]:
    """By deployments of two days: one of yesterday may still break its service."""
    names = {indicator.service for indicator in INDICATORS}
    service_ids = list(Service.objects.filter(name__in=names).values_list("pk", flat=True))
    known = Period(now - 2 * LONGEST, now + MINUTE)
    shipped = deployments_between(period=known, service_ids=service_ids, limit=DEPLOYMENTS_MAX)
    told = [Shipped(one.service.name, one.finished_at, one.revision) for one in shipped if one.finished_at is not None]
    return breakages(shipped=told, now=now)
