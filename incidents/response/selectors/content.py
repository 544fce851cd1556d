"""What an incident tells those who are paged."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from incidents.paging.domain.content import Content
from incidents.response.domain.labels import shown_labels
from incidents.response.domain.severity import Severity
from incidents.response.models import Alert, Incident
from incidents.response.selectors.readers import may_all_know
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
    """Title, words, links and facts as they are now.

    One text for everybody who is told: what a private team keeps to itself is counted, not named, even where whoever
    declared the incident may see it.
    """
    severity = Severity(incident.severity)
    impacts = list(incident.impacted_services.select_related("service__team").order_by("pk")[:_LINKS_MAX])
    services = [one.service for one in impacts if may_all_know(incident=incident, owner=one.service.team)]
    alerts = list(
        incident.alerts.only("incident", "title", "links", "labels", "origin").order_by("started_at", "pk")[
            : _ALERTS_NAMED + 1
        ]
    )
    return Content(
        title=f"#{incident.pk} {incident.title}",
        text=_text(incident, alerts),
        severity=severity.events_word,
        severity_word=severity.word,
        url=url_of(incident_id=incident.pk),
        team=incident.team.name,
        service=", ".join(service.title for service in services[:3]),
        links=_links(services, alerts),
        details=_details(incident, services, hidden=len(impacts) - len(services)) | _labels(alerts),
    )


def _text(incident: Incident, alerts: list[Alert]) -> str:
    parts = [incident.summary] if incident.summary else []
    if len(alerts) > 1:
        named = [f"- {_named(alert)}" for alert in alerts[:_ALERTS_NAMED]]
        more = ["- …"] if len(alerts) > _ALERTS_NAMED else []
        parts.append("\n".join(["Alerts:", *named, *more]))
    return "\n\n".join(parts)[:_TEXT_MAX]


def _named(alert: Alert) -> str:
    told = ", ".join(shown_labels(alert.labels, origin=alert.origin))
    return f"{alert.title} ({told})" if told else alert.title


def _links(services: list[Service], alerts: list[Alert]) -> tuple[tuple[str, str], ...]:
    found = [(f"Runbook of {service.title}", service.runbook_url) for service in services if service.runbook_url]
    stored: list[dict[str, Any]] = [link for alert in alerts for link in alert.links]
    found += [(str(link.get("title") or link["url"]), str(link["url"])) for link in stored if link.get("url")]
    return tuple(dict.fromkeys(found))[:_LINKS_MAX]


def _details(incident: Incident, services: list[Service], *, hidden: int) -> dict[str, str]:
    details = {"Started": f"{incident.started_at:%Y-%m-%d %H:%M:%S} UTC"}
    if services or hidden:
        details["Services"] = _listed([service.title for service in services], hidden)
    objectives = list(incident.impacted_slos.select_related("slo__team").order_by("pk")[:_LINKS_MAX])
    titles = [one.slo.title for one in objectives if may_all_know(incident=incident, owner=one.slo.team)]
    if objectives:
        details["Objectives"] = _listed(titles, len(objectives) - len(titles))
    return details


def _labels(alerts: list[Alert]) -> dict[str, str]:
    """Of the only alert: which disk of which machine."""
    told = shown_labels(alerts[0].labels, origin=alerts[0].origin) if len(alerts) == 1 else []
    return {"Labels": ", ".join(told)} if told else {}


def _listed(titles: list[str], hidden: int) -> str:
    others = [f"{hidden} of {'another team' if hidden == 1 else 'other teams'}"] if hidden else []
    return ", ".join([*titles, *others])
