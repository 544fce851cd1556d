"""Announced maintenance on the timeline."""

from __future__ import annotations

from django.urls import reverse

from incidents.status_page.domain.states import ACTIVE, MaintenanceStatus
from incidents.status_page.models import Maintenance
from incidents.status_page.selectors.maintenance_of import announced
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.overlay.domain.items import Item, Look, Named
from reliability.overlay.tracks import Scope


def maintenance_items(*, caller: Caller, scope: Scope, limit: int) -> list[Item]:
    """From when it began, or is to begin, until it was over, or is to be; two queries."""
    found = announced(caller=caller, period=scope.period, service_ids=scope.service_ids, slo=scope.slo)
    if scope.team_slug:
        found = found.filter(page__team__slug=scope.team_slug)
    return [_item(row, caller) for row in found[:limit]]


def _item(row: Maintenance, caller: Caller) -> Item:
    start = row.began_at or row.starts_at
    services = {
        service.pk: Named(service.name, service.title)
        for component in row.components.all()
        if (service := visible(caller=caller, related=component.service)) is not None
    }
    return Item(
        key=f"maintenance-{row.pk}",
        start=start,
        end=None if row.status in ACTIVE else max(start, row.completed_at or row.ends_at),
        label=row.title,
        url=reverse("status-maintenances", args=[row.page.slug]),
        state=MaintenanceStatus(row.status).words.lower(),
        look=Look.PLAIN,
        services=tuple(services.values()),
        detail=f"announced on {row.page.title}",
    )
