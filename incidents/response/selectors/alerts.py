"""Alerts, from outside and of our own rules, as far as a caller may see them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from incidents.response.models import Alert
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.web.errors import NotFound

_WORDS_MAX = 8


@dataclass(frozen=True, slots=True)
class AlertFilters:
    """What to list; empty fields do not filter. is_silenced: only those without an incident, or only those with."""

    statuses: tuple[Alert.Status, ...] = ()
    team_slug: str = ""
    service_name: str = ""
    origin: str = ""
    incident_id: int | None = None
    is_silenced: bool | None = None
    text: str = ""


def list_alerts(*, caller: Caller, filters: AlertFilters | None = None) -> QuerySet[Alert]:
    """Readable alerts with team, service and incident joined, the newest first."""
    wanted = filters or AlertFilters()
    found: QuerySet[Alert] = Alert.objects.readable_by(caller).select_related("team", "service", "incident")
    if wanted.statuses:
        found = found.filter(status__in=wanted.statuses)
    if wanted.team_slug:
        found = found.filter(team__slug=wanted.team_slug)
    if wanted.service_name:
        found = found.filter(service__in=Service.objects.readable_by(caller).filter(name=wanted.service_name))
    if wanted.origin:
        found = found.filter(origin=wanted.origin)
    if wanted.incident_id is not None:
        found = found.filter(incident_id=wanted.incident_id)
    if wanted.is_silenced is not None:
        found = found.exclude(silenced_by="") if wanted.is_silenced else found.filter(silenced_by="")
    for word in wanted.text.split()[:_WORDS_MAX]:
        found = found.filter(Q(title__icontains=word) | Q(description__icontains=word) | Q(key__icontains=word))
    return found.order_by("-received_at", "-pk")


def alert(*, caller: Caller, alert_id: int) -> Alert:
    """Raises NotFound, for those of private teams of others, too."""
    readable = Alert.objects.readable_by(caller).select_related("team", "service", "incident")
    found: Alert | None = readable.filter(pk=alert_id).first()
    if found is None:
        raise NotFound("there is no such alert, or it is not yours to see")
    return found
