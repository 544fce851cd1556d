"""Announced work on what an objective measures, and on services."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce

from incidents.status_page.domain.states import ACTIVE
from incidents.status_page.models import Component, Maintenance, StatusPage
from reliability.access.domain.caller import Caller
from reliability.kit.periods import Period
from slo.models import Slo


def maintenance_of(*, slo: Slo, period: Period, limit: int) -> list[Maintenance]:
    """What touches *period* on components that show the objective or its service, whoever asks; the newest first.

    What was cancelled before it began is left out. For sums that are the same for everyone, never for showing. One
    query, pages joined.
    """
    shows = Q(slos=slo) if slo.service_id is None else Q(slos=slo) | Q(service_id=slo.service_id)
    of_it = Component.objects.filter(shows, maintenances=OuterRef("pk"))
    return list(_touching(period).filter(Exists(of_it))[:limit])


def announced(
    *, caller: Caller, period: Period, service_ids: Collection[int] | None = None, slo: Slo | None = None
) -> QuerySet[Maintenance]:
    """What touches *period* on pages that *caller* may read; likewise, the newest first, components' services joined.

    service_ids: on components of these services. slo: on those that show the objective or its service.
    """
    found = _touching(period).filter(page__in=StatusPage.objects.readable_by(caller))
    shows = Q()
    if service_ids is not None:
        shows |= Q(service_id__in=service_ids)
    if slo is not None:
        shows |= Q(slos=slo) if slo.service_id is None else Q(slos=slo) | Q(service_id=slo.service_id)
    if shows:
        found = found.filter(Exists(Component.objects.filter(shows, maintenances=OuterRef("pk"))))
    return found.prefetch_related(Prefetch("components", Component.objects.select_related("service").order_by("pk")))


def _touching(period: Period) -> QuerySet[Maintenance]:
    found = Maintenance.objects.annotate(
        first=Coalesce("began_at", "starts_at"), last=Coalesce("completed_at", "ends_at")
    ).filter(Q(cancelled_at=None) | Q(began_at__isnull=False), first__lt=period.end)
    is_on = Q(status__in=[one.value for one in ACTIVE])  # also past its announced end
    touching = found.filter((Q(last__gt=period.start) & Q(last__gt=F("first"))) | is_on)
    return touching.select_related("page").order_by("-first", "-pk")
