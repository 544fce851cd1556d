"""Incidents on the timeline and on the charts of objectives: from when users began to notice until it was resolved."""

from __future__ import annotations

from django.db.models import Prefetch
from django.urls import reverse

from incidents.response.domain.severity import Severity
from incidents.response.models import ImpactedService, Incident
from incidents.response.selectors.incidents import touching, touching_services
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.overlay.domain.items import Item, Look, Named
from reliability.overlay.tracks import Scope

_SEVERE = Severity.SEV2


def incident_items(*, caller: Caller, scope: Scope, limit: int) -> list[Item]:
    """Those that touch the services or the objective; two queries, the second of the services of those found."""
    if scope.slo is not None:
        found = touching(caller=caller, slo=scope.slo, period=scope.period)
    else:
        found = touching_services(caller=caller, service_ids=scope.service_ids, period=scope.period)
    if scope.team_slug:
        found = found.filter(team__slug=scope.team_slug)
    impacted = ImpactedService.objects.select_related("service").order_by("service__title", "pk")
    return [_item(one, caller) for one in found.prefetch_related(Prefetch("impacted_services", impacted))[:limit]]


def _item(incident: Incident, caller: Caller) -> Item:
    severity = Severity(incident.severity)
    services = [visible(caller=caller, related=one.service) for one in incident.impacted_services.all()]
    return Item(
        key=f"incident-{incident.pk}",
        start=incident.started_at,
        end=incident.resolved_at or incident.closed_at,
        label=f"#{incident.pk} {severity.word}: {incident.title}",
        url=reverse("incident-detail", args=[incident.pk]),
        state=incident.status,
        look=Look.SEVERE if severity <= _SEVERE else Look.PLAIN,
        services=tuple(Named(one.name, one.title) for one in services if one is not None),
    )
