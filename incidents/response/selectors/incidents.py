"""Incidents as lists and single ones, as far as a caller may see them."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Case, Count, Exists, F, IntegerField, OrderBy, OuterRef, Q, QuerySet, Value, When

from incidents.response.domain.phases import OPEN, Status
from incidents.response.domain.severity import Severity
from incidents.response.models import ImpactedService, ImpactedSlo, Incident
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.catalog.models import Service
from reliability.kit.periods import Period
from reliability.web.errors import NotFound
from slo.models import Slo

_NUMBER = re.compile(r"#?([0-9]{1,18})")
_WORDS_MAX = 8


class Ordering(StrEnum):
    """Each ends in the primary key."""

    URGENCY = "urgency"  # open ones first: not acknowledged, then the worst, then the newest
    WORST = "worst"  # open ones first: the worst, then not acknowledged, then the newest
    NEWEST = "newest"
    OLDEST = "oldest"
    SEVERITY = "severity"


_RANK = Case(
    When(status=Status.TRIGGERED.value, then=Value(0)),
    When(status=Status.ACKNOWLEDGED.value, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)
_OPEN_SEVERITY = Case(
    When(status__in=[status.value for status in OPEN], then=F("severity")),
    default=Value(9),
    output_field=IntegerField(),
)
_ORDERS: dict[Ordering, tuple[OrderBy | str, ...]] = {
    Ordering.URGENCY: (_RANK.asc(), _OPEN_SEVERITY.asc(), "-created_at", "-pk"),
    Ordering.WORST: (_OPEN_SEVERITY.asc(), _RANK.asc(), "-created_at", "-pk"),
    Ordering.NEWEST: ("-created_at", "-pk"),
    Ordering.OLDEST: ("created_at", "pk"),
    Ordering.SEVERITY: ("severity", "-created_at", "-pk"),
}


@dataclass(frozen=True, slots=True)
class IncidentFilters:
    """What to list; empty fields do not filter. detected: when it was detected. user_id: who has a role in it."""

    statuses: tuple[Status, ...] = ()
    severities: tuple[Severity, ...] = ()
    team_slug: str = ""
    service_name: str = ""
    slo_name: str = ""
    text: str = ""
    user_id: int | None = None
    detected: Period | None = None
    include_merged: bool = True


def touching(*, caller: Caller, slo: Slo, period: Period) -> QuerySet[Incident]:
    """Readable incidents of *period* that name the objective, or its service if the caller may see that; newest first.

    What was merged into another is told by that one.
    """
    named = Q(impacted_slos__slo=slo)
    service = visible(caller=caller, related=slo.service)
    if service is not None:
        named |= Q(impacted_services__service=service)
    return _in_period(caller, period).filter(named).distinct()


def touching_services(*, caller: Caller, service_ids: Collection[int] | None, period: Period) -> QuerySet[Incident]:
    """Readable incidents of *period* that touch one of the services (None: whatever they touch); likewise."""
    found = _in_period(caller, period)
    if service_ids is None:
        return found
    return found.filter(Exists(ImpactedService.objects.filter(incident=OuterRef("pk"), service_id__in=service_ids)))


def _in_period(caller: Caller, period: Period) -> QuerySet[Incident]:
    readable: QuerySet[Incident] = Incident.objects.readable_by(caller)
    found = readable.filter(merged_into=None, started_at__lt=period.end).filter(
        Q(resolved_at=None, closed_at=None) | Q(resolved_at__gt=period.start) | Q(closed_at__gt=period.start)
    )
    return found.order_by("-started_at", "-pk")


def touching_any(*, slo: Slo, service_ids: Collection[int], period: Period, limit: int) -> list[tuple[Incident, bool]]:
    """Incidents of *period* that name the objective (True) or one of the services, whoever asks; the newest first.

    For sums that are the same for everyone, never for showing. One query.
    """
    names = Exists(ImpactedSlo.objects.filter(incident=OuterRef("pk"), slo=slo))
    touches = Exists(ImpactedService.objects.filter(incident=OuterRef("pk"), service_id__in=service_ids))
    found = Incident.objects.filter(
        Q(resolved_at=None, closed_at=None) | Q(resolved_at__gt=period.start) | Q(closed_at__gt=period.start),
        merged_into=None,
        started_at__lt=period.end,
    ).annotate(names_slo=names)
    rows = found.filter(Q(names_slo=True) | touches).order_by("-started_at", "-pk")[:limit]
    return [(row, bool(row.names_slo)) for row in rows]


def list_incidents(
    *, caller: Caller, filters: IncidentFilters | None = None, ordering: Ordering = Ordering.URGENCY
) -> QuerySet[Incident]:
    """Readable incidents with team and escalation joined, and their services, objectives and roles at hand."""
    found = _with_all(_filtered(caller, filters or IncidentFilters()))
    return found.order_by(*_ORDERS[ordering])


def incident(*, caller: Caller, number: int) -> Incident:
    """The readable incident of this number, joined as in list_incidents. Raises NotFound."""
    found = _with_all(Incident.objects.readable_by(caller)).filter(pk=number).first()
    if found is None:
        raise NotFound(f"there is no incident #{number}, or it is not yours to see")
    return found


def count_by_status(*, caller: Caller, filters: IncidentFilters | None = None) -> dict[Status, int]:
    """How many readable incidents are in each status; every status has an entry."""
    counted = dict.fromkeys(Status, 0)
    rows = _filtered(caller, filters or IncidentFilters()).order_by().values_list("status").annotate(Count("pk"))
    for status, count in rows:
        counted[Status(status)] = count
    return counted


def open_incidents(
    *, caller: Caller, service_ids: tuple[int, ...] = (), slo_ids: tuple[int, ...] = ()
) -> QuerySet[Incident]:
    """What is going on: the open ones, the most urgent first; of any of the services or objectives when given."""
    found: QuerySet[Incident] = Incident.objects.readable_by(caller).filter(status__in=[one.value for one in OPEN])
    if service_ids or slo_ids:
        touched = Q(impacted_services__service_id__in=service_ids) | Q(impacted_slos__slo_id__in=slo_ids)
        found = found.filter(pk__in=Incident.objects.filter(touched).values("pk"))
    return found.select_related("team").order_by(*_ORDERS[Ordering.URGENCY])


def in_period(*, caller: Caller, period: Period, slo_ids: tuple[int, ...] = ()) -> QuerySet[Incident]:
    """Readable incidents any part of which lies in *period*, the oldest first, such as for bands in a chart."""
    found: QuerySet[Incident] = Incident.objects.readable_by(caller).filter(
        Q(resolved_at__gt=period.start) | Q(resolved_at=None), started_at__lt=period.end
    )
    if slo_ids:
        found = found.filter(impacted_slos__slo_id__in=slo_ids).distinct()
    return found.order_by("started_at", "pk")


def _with_all(found: QuerySet[Incident]) -> QuerySet[Incident]:
    return found.select_related("team", "escalation", "merged_into", "split_from").prefetch_related(
        "impacted_services__service", "impacted_slos__slo", "roles__user"
    )


def _filtered(caller: Caller, filters: IncidentFilters) -> QuerySet[Incident]:
    wanted = Q()
    if filters.statuses:
        wanted &= Q(status__in=[status.value for status in filters.statuses])
    if filters.severities:
        wanted &= Q(severity__in=[severity.value for severity in filters.severities])
    if filters.team_slug:
        wanted &= Q(team__slug=filters.team_slug)
    if filters.detected is not None:
        wanted &= Q(detected_at__gte=filters.detected.start, detected_at__lt=filters.detected.end)
    if not filters.include_merged:
        wanted &= Q(merged_into=None)
    for word in filters.text.split()[:_WORDS_MAX]:
        wanted &= _word(caller, word)
    readable: QuerySet[Incident] = Incident.objects.readable_by(caller)
    return _related(readable.filter(wanted), caller, filters)


def _related(found: QuerySet[Incident], caller: Caller, filters: IncidentFilters) -> QuerySet[Incident]:
    """Narrowed by what stands beside the incident. Services and objectives are found only by those who may see them."""
    if filters.service_name:
        services = Service.objects.readable_by(caller).filter(name=filters.service_name)
        found = found.filter(pk__in=Incident.objects.filter(impacted_services__service__in=services).values("pk"))
    if filters.slo_name:
        objectives = Slo.objects.readable_by(caller).filter(name=filters.slo_name)
        found = found.filter(pk__in=Incident.objects.filter(impacted_slos__slo__in=objectives).values("pk"))
    if filters.user_id is not None:
        at_work = Incident.objects.filter(roles__user_id=filters.user_id, roles__left_at=None)
        found = found.filter(pk__in=at_work.values("pk"))
    return found


def _word(caller: Caller, word: str) -> Q:
    services = Service.objects.readable_by(caller).filter(Q(name__icontains=word) | Q(title__icontains=word))
    touched = Incident.objects.filter(impacted_services__service__in=services).values("pk")
    wanted = Q(title__icontains=word) | Q(summary__icontains=word) | Q(pk__in=touched)
    number = _NUMBER.fullmatch(word)
    return wanted | Q(pk=int(number[1])) if number else wanted
