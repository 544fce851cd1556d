"""Incidents, calls and weeks on call as they are counted for ratios."""

from __future__ import annotations

from collections.abc import Sequence

from incidents.response.domain.phases import CloseReason
from incidents.response.models import ImpactedService, Incident
from incidents.response.selectors.pages_per_person import pages_by_person, shifts_by_person
from reliability.access.domain.caller import Caller
from reliability.kit.periods import Period
from reliability.measures.counts import Count, Scope
from reliability.measures.domain.amounts import Amount, counted, weeks_of

_NONE = (CloseReason.FALSE_POSITIVE.value, CloseReason.DUPLICATE.value)


def incidents_counted(*, caller: Caller, scope: Scope, buckets: Sequence[Period]) -> list[Amount]:
    """Where users began to notice them; without false positives, duplicates and those merged into others. One query."""
    found = Incident.objects.readable_by(caller).filter(
        started_at__gte=buckets[0].start, started_at__lt=buckets[-1].end, merged_into=None
    )
    found = found.exclude(close_reason__in=_NONE)
    if scope.service_id is not None:
        touched = ImpactedService.objects.filter(service_id=scope.service_id)
        found = found.filter(pk__in=touched.values("incident_id"))
    if scope.team_slug:
        found = found.filter(team__slug=scope.team_slug)
    return counted(instants=found.order_by().values_list("started_at", flat=True), buckets=buckets)


def pages_counted(*, caller: Caller, scope: Scope, buckets: Sequence[Period]) -> list[Amount] | None:
    """Calls that reached a person; None of a single service: people are on call for teams."""
    if scope.service_id is not None:
        return None
    period = Period(buckets[0].start, buckets[-1].end)
    pages = pages_by_person(caller=caller, period=period, team_slug=scope.team_slug)
    return counted(instants=(at for own in pages.values() for at in own), buckets=buckets)


def oncall_weeks_counted(*, caller: Caller, scope: Scope, buckets: Sequence[Period]) -> list[Amount] | None:
    """Weeks of people on call, of two at once both; likewise."""
    if scope.service_id is not None:
        return None
    period = Period(buckets[0].start, buckets[-1].end)
    shifts = shifts_by_person(caller=caller, period=period, team_slug=scope.team_slug)
    return weeks_of(stretches=(part for own in shifts.values() for part in own), buckets=buckets)


COUNTS = (
    Count("incidents", "Incidents", incidents_counted),
    Count("pages", "Pages", pages_counted),
    Count("oncall_weeks", "Weeks on call", oncall_weeks_counted),
)
