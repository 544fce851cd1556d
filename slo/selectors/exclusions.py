"""Excluded periods and budget adjustments of an objective."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import is_hidden
from reliability.kit.periods import Period
from slo.models import Adjustment, Exclusion, Slo


def exclusions_of(*, slo: Slo, period: Period | None = None) -> QuerySet[Exclusion]:
    """Exclusions of the objective and of its service that touch *period*, revoked ones included, newest first."""
    own = Q(slo=slo)
    if slo.service_id is not None:
        own |= Q(service_id=slo.service_id)
    if period is not None:
        own &= Q(start_at__lt=period.end, end_at__gt=period.start)
    exclusions: QuerySet[Exclusion] = Exclusion.objects.filter(own)
    return exclusions.select_related("slo", "service").order_by("-start_at", "-pk")


def is_foreign(*, caller: Caller, exclusion: Exclusion) -> bool:
    """Whether it is an exclusion of a service that the caller may not see: then only its minutes are told."""
    return is_hidden(caller=caller, related=exclusion.service)


def adjustments_of(*, slo: Slo, period: Period | None = None) -> QuerySet[Adjustment]:
    """Adjustments of the objective in *period*, revoked ones included, newest first."""
    adjustments = Adjustment.objects.filter(slo=slo).order_by("-at", "-pk")
    if period is not None:
        adjustments = adjustments.filter(at__gte=period.start, at__lt=period.end)
    return adjustments
