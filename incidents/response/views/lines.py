"""Short lists at the side of an incident: its alerts, its runbooks, where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from incidents.response.domain.labels import LEFT_OUT, shown_labels
from incidents.response.models import Alert, Incident
from incidents.response.views.impacts import impacted_services
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible

ALERTS_MAX = 20
_LABELS_MAX = 10
_LABEL_VALUE_MAX = 120
_RUNBOOK_NAMES = ("runbook_url", "runbook")
_ORIGINS = {
    "person": "declared by hand",
    "api": "declared by the API",
    "slo": "an objective burned its budget",
    "composite": "a composite burned its budget",
    "integration": "an outside alert",
    "monitor": "a monitor was not called",
}


@dataclass(frozen=True, slots=True)
class AlertLine:
    pk: int
    title: str
    look: str
    labels: list[str]
    origin_name: str
    started_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None
    times_seen: int
    silence_url: str


@dataclass(frozen=True, slots=True)
class Runbook:
    title: str
    url: str
    of: str


def alerts_of(incident: Incident, *, caller: Caller) -> dict[str, Any]:
    """Firing ones first, then the newest; two queries."""
    found = Alert.objects.filter(incident=incident).select_related("service")
    shown = found.order_by("resolved_at", "-received_at", "-pk")
    firing = list(found.filter(resolved_at=None).order_by("severity", "-received_at", "-pk")[:ALERTS_MAX])
    over = list(shown.exclude(resolved_at=None).order_by("-resolved_at", "-pk")[: ALERTS_MAX - len(firing)])
    lines = [_line(alert, incident, caller) for alert in (*firing, *over)]
    total = len(lines) if len(lines) < ALERTS_MAX else found.count()
    return {"alerts": lines, "alerts_total": total}


def _line(alert: Alert, incident: Incident, caller: Caller) -> AlertLine:
    service = visible(caller=caller, related=alert.service)
    return AlertLine(
        pk=alert.pk,
        title=alert.title,
        look=look_of_alert(alert),
        labels=shown_labels(alert.labels, origin=alert.origin),
        origin_name=alert.origin_name,
        started_at=alert.started_at,
        last_seen_at=alert.last_seen_at,
        resolved_at=alert.resolved_at,
        times_seen=alert.times_seen,
        silence_url=silence_url(alert, team_slug=incident.team.slug, service_name=service.name if service else ""),
    )


def look_of_alert(alert: Alert) -> str:
    """A slug of reliability.web.states."""
    return "silenced" if alert.silenced_by and alert.resolved_at is None else str(alert.status)


def silence_url(alert: Alert, *, team_slug: str, service_name: str = "") -> str:
    """The form of silences, filled with what tells this alert from others."""
    labels = [(name, str(value)) for name, value in sorted(alert.labels.items()) if name not in LEFT_OUT]
    short = [f"{name} = {value}" for name, value in labels if value and len(value) <= _LABEL_VALUE_MAX]
    said = {
        "team": team_slug,
        "service": service_name,
        "matchers": "\n".join(short[:_LABELS_MAX]),
        "reason": f"silenced from the alert: {alert.title}",
    }
    return f"{reverse('silence-create')}?{urlencode({name: value for name, value in said.items() if value})}"


def runbooks_of(incident: Incident, *, caller: Caller) -> list[Runbook]:
    """Of the impacted services, then of alerts, each address once."""
    found: dict[str, Runbook] = {}
    for service in impacted_services(incident, caller=caller):
        if service.runbook_url:
            found.setdefault(
                service.runbook_url, Runbook(f"Runbook of {service.title}", service.runbook_url, "service")
            )
    alerts = Alert.objects.filter(incident=incident).order_by("-received_at", "-pk")
    for alert in alerts[:ALERTS_MAX]:
        for title, url in links_of(alert):
            if "runbook" in title.lower():
                found.setdefault(url, Runbook(title, url, "alert"))
    return list(found.values())


def links_of(alert: Alert) -> list[tuple[str, str]]:
    """(title, address) of what the sender links to and labels as a runbook; addresses of the web alone."""
    links = [(str(link.get("title") or link.get("url")), str(link.get("url", ""))) for link in alert.links]
    labelled = [(f"Runbook of {alert.title}", str(alert.labels.get(name, ""))) for name in _RUNBOOK_NAMES]
    once = {url: title for title, url in (*labelled, *links) if url.startswith(("https://", "http://"))}
    return [(title, url) for url, title in once.items()]


def origin_words(incident: Incident, *, caller: Caller) -> str:
    """Where it came from, in words."""
    words = _ORIGINS.get(incident.origin.partition(":")[0], incident.origin)
    by = f" by {incident.opened_by_name}" if incident.origin in ("person", "api") and incident.opened_by_name else ""
    source = incident.split_from
    if source is None:
        return words + by
    return f"{words}{by}, split from #{source.pk}" if caller.may_read(source.team_id) else words + by
