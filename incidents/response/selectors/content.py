"""What an incident tells those who are paged."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from incidents.paging.domain.content import Content
from incidents.response.domain.severity import Severity
from incidents.response.models import Alert, Incident
from reliability.catalog.models import Service

_LINKS_MAX = 8
_ALERTS_NAMED = 5
_TEXT_MAX = 8_000


def subject_of(*, incident_id: int) -> str:
    """The name of an incident in the room of paging."""
    return f"incident:{incident_id}"


def incident_id_of(*, subject: str) -> int | None:
    """The incident that a subject of paging names; None for subjects of others."""
    noun, _, number = subject.partition(":")
    return int(number) if noun == "incident" and number.isascii() and number.isdigit() else None


def url_of(*, incident_id: int) -> str:
    return f"{settings.PUBLIC_URL}/incidents/{incident_id}/"


def content_of(*, incident: Incident) -> Content:
    """Title, words, links and facts as they are now."""
    severity = Severity(incident.severity)
    impacts = incident.impacted_services.select_related("service").order_by("pk")[:_LINKS_MAX]
    services = [impact.service for impact in impacts]
    alerts = list(incident.alerts.only("title", "links").order_by("started_at", "pk")[: _ALERTS_NAMED + 1])
    return Content(
        title=f"#{incident.pk} {incident.title}",
        text=_text(incident, alerts),
        severity=severity.events_word,
        severity_word=severity.word,
        url=url_of(incident_id=incident.pk),
        team=incident.team.name,
        service=", ".join(service.title for service in services[:3]),
        links=_links(services, alerts),
        details=_details(incident, services),
    )


def _text(incident: Incident, alerts: list[Alert]) -> str:
    parts = [incident.summary] if incident.summary else []
    if len(alerts) > 1:
        named = [f"- {alert.title}" for alert in alerts[:_ALERTS_NAMED]]
        more = ["- …"] if len(alerts) > _ALERTS_NAMED else []
        parts.append("\n".join(["Alerts:", *named, *more]))
    return "\n\n".join(parts)[:_TEXT_MAX]


def _links(services: list[Service], alerts: list[Alert]) -> tuple[tuple[str, str], ...]:
    found = [(f"Runbook of {service.title}", service.runbook_url) for service in services if service.runbook_url]
    stored: list[dict[str, Any]] = [link for alert in alerts for link in alert.links]
    found += [(str(link.get("title") or link["url"]), str(link["url"])) for link in stored if link.get("url")]
    return tuple(dict.fromkeys(found))[:_LINKS_MAX]


def _details(incident: Incident, services: list[Service]) -> dict[str, str]:
    details = {"Started": f"{incident.started_at:%Y-%m-%d %H:%M:%S} UTC"}
    if services:
        details["Services"] = ", ".join(service.title for service in services)
    objectives = incident.impacted_slos.select_related("slo").order_by("pk")[:_LINKS_MAX]
    titles = [impact.slo.title for impact in objectives]
    if titles:
        details["Objectives"] = ", ".join(titles)
    return details
