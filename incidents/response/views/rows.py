"""Incidents as rows of a list: what the template shows, looked up for all of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from incidents.response.domain.phases import OPEN
from incidents.response.models import ImpactedService, Incident, IncidentRole
from incidents.response.views.told import Told, told_now
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.catalog.models import Service


@dataclass(frozen=True, slots=True)
class Row:
    """severity and status: slugs of reliability.web.states. services: those the caller may see."""

    incident: Incident
    severity: str
    status: str
    elapsed: timedelta
    is_open: bool
    commander: str = ""
    told: str = ""
    is_told_worrying: bool = False
    services: Sequence[Service] = field(default=())


def rows_of(incidents: Sequence[Incident], *, caller: Caller, now: datetime) -> list[Row]:
    """Three queries, whatever their number."""
    ids = [one.pk for one in incidents]
    commanders = IncidentRole.objects.filter(
        incident_id__in=ids, role=IncidentRole.Role.COMMANDER, left_at=None
    ).select_related("user")
    by_commander = {role.incident_id: str(role.user) for role in commanders}
    services: dict[int, list[Service]] = defaultdict(list)
    impacted = ImpactedService.objects.filter(incident_id__in=ids).select_related("service")
    for impact in impacted.order_by("service__title", "pk"):
        service = visible(caller=caller, related=impact.service)
        if service is not None:
            services[impact.incident_id].append(service)
    told = told_now(incidents)
    return [
        _row(one, by_commander.get(one.pk, ""), services.get(one.pk, ()), told.get(one.pk, Told()), now)
        for one in incidents
    ]


def _row(incident: Incident, commander: str, services: Sequence[Service], told: Told, now: datetime) -> Row:
    return Row(
        incident=incident,
        severity=severity_slug(incident.severity),
        status=status_slug(incident),
        elapsed=elapsed(incident, now=now),
        is_open=incident.status in OPEN,
        commander=commander,
        told=told.words,
        is_told_worrying=told.is_worrying,
        services=services,
    )


def severity_slug(severity: int) -> str:
    return f"sev{severity}"


def status_slug(incident: Incident) -> str:
    return "merged" if incident.merged_into_id is not None else str(incident.status)


def elapsed(incident: Incident, *, now: datetime) -> timedelta:
    """From the start to the end, or until now; never negative."""
    end = now if incident.status in OPEN else incident.resolved_at or incident.closed_at or now
    return max(end - incident.started_at, timedelta(0))
