"""What else may be done with an incident: the menu beside its title."""

from __future__ import annotations

from django.urls import reverse

from incidents.response.domain.phases import OPEN, Status
from incidents.response.models import Incident
from incidents.response.panels import MenuItem


def menu_of(incident: Incident, *, alerts_count: int) -> list[MenuItem]:
    """Only what its status and its alerts allow."""
    if incident.merged_into_id is not None:
        return []
    always = [
        ("Change severity", "severity", "flame"),
        ("Edit title and summary", "edit", "edit"),
        ("Impact", "impact", "target"),
        ("Name the deployment that broke it", "deployments", "merge"),
    ]
    while_open = [("Merge into another", "merge", "merge")]
    if alerts_count > 1:
        while_open.append(("Split alerts off", "split", "layers"))
    items = [*always, *(while_open if incident.status in OPEN else [])]
    if incident.status != Status.CLOSED:
        items.append(("Close", "close", "lock"))
    if incident.status not in OPEN:
        items.append(("Reopen", "reopen", "refresh"))
    return [MenuItem(title, reverse(f"incident-{name}", args=[incident.pk]), icon) for title, name, icon in items]
