"""Announced work on what an objective measures."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from incidents.status_page.domain.states import ACTIVE
from incidents.status_page.models import Component, Maintenance
from reliability.kit.periods import Period
from slo.models import Slo


def maintenance_of(*, slo: Slo, period: Period, limit: int) -> list[Maintenance]:
    """What touches *period* on components that show the objective or its service, whoever asks; the newest first.

    What was cancelled before it began is left out. For sums that are the same for everyone, never for showing. One
    query, pages joined.
    """
    shows = Q(slos=slo) if slo.service_id is None else Q(slos=slo) | Q(service_id=slo.service_id)
    of_it = Component.objects.filter(shows, maintenances=OuterRef("pk"))
    found = Maintenance.objects.annotate(
        first=Coalesce("began_at", "starts_at"), last=Coalesce("completed_at", "ends_at")
    ).filter(Exists(of_it), Q(cancelled_at=None) | Q(began_at__isnull=False), first__lt=period.end)
    is_on = Q(status__in=[one.value for one in ACTIVE])  # also past its announced end
    touching = found.filter((Q(last__gt=period.start) & Q(last__gt=F("first"))) | is_on)
    return list(touching.select_related("page").order_by("-first", "-pk")[:limit])
