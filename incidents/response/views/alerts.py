"""All alerts, and one of them with what was sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from incidents.response.models import Alert, Incident
from incidents.response.selectors.alerts import AlertFilters, list_alerts
from incidents.response.selectors.alerts import alert as get_alert
from incidents.response.views.lines import links_of, look_of_alert, silence_url
from incidents.response.views.query import TEXT_MAX, number
from incidents.response.views.rows import severity_slug
from reliability.access.domain.caller import Caller, Role
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.models import Service
from reliability.catalog.selectors.services import list_services
from reliability.web.pagination import page_of

STATUSES = (("firing", "Firing"), ("acknowledged", "Acknowledged"), ("resolved", "Resolved"), ("silenced", "Silenced"))
PAYLOAD_SHOWN_MAX = 100_000


@dataclass(frozen=True, slots=True)
class AlertLink:
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class AlertRow:
    """look, severity: slugs of reliability.web.states. incident, service: as far as the caller may see them."""

    alert: Alert
    look: str
    severity: str
    incident: Incident | None
    service: Service | None
    silence_url: str
    links: Sequence[AlertLink] = ()


@dataclass(frozen=True, slots=True)
class AlertQuery:
    """Unknown values of an address are dropped."""

    status: str = ""
    team: str = ""
    service: str = ""
    incident: int | None = None
    text: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> AlertQuery:
        status = query.get("status", "")
        return cls(
            status=status if status in dict(STATUSES) else "",
            team=query.get("team", "")[:TEXT_MAX].replace("\0", ""),
            service=query.get("service", "")[:TEXT_MAX].replace("\0", ""),
            incident=number(query.get("incident", "")),
            text=query.get("q", "").strip()[:TEXT_MAX],
        )

    @property
    def is_filtered(self) -> bool:
        return self != AlertQuery()

    @property
    def filters(self) -> AlertFilters:
        return AlertFilters(
            statuses=(Alert.Status(self.status),) if self.status in Alert.Status.values else (),
            is_silenced=True if self.status == "silenced" else None,
            team_slug=self.team,
            service_name=self.service,
            incident_id=self.incident,
            text=self.text.replace("\0", ""),
        )


@require_safe
@vary_on_headers("HX-Request")
def alert_list(request: AccessRequest) -> HttpResponse:
    """Filters come from the address; htmx gets the table alone."""
    query = AlertQuery.of(request.GET)
    page = page_of(request, list_alerts(caller=request.caller, filters=query.filters))
    rows = [_row(alert, caller=request.caller) for alert in page.object_list]
    context = {"query": query, "page": page, "rows": rows}
    if request.htmx:  # type: ignore[attr-defined]  # django-htmx sets it
        return render(request, "response/_alert_table.html", context)
    context |= {
        "statuses": STATUSES,
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "services": list_services(caller=request.caller),
    }
    return render(request, "response/alerts.html", context)


@require_safe
def alert_detail(request: AccessRequest, pk: int) -> HttpResponse:
    alert = get_alert(caller=request.caller, alert_id=pk)
    payload = json.dumps(alert.payload, indent=2, sort_keys=True, ensure_ascii=False) if alert.payload else ""
    if len(payload) > PAYLOAD_SHOWN_MAX:
        payload = f"{payload[:PAYLOAD_SHOWN_MAX]}\n… {len(payload) - PAYLOAD_SHOWN_MAX:,} letters more"
    context = {
        "alert": alert,
        "row": _row(alert, caller=request.caller),
        "payload": payload,
        "may_respond": request.caller.may(alert.team_id, Role.RESPONDER),
    }
    return render(request, "response/alert.html", context)


def _row(alert: Alert, *, caller: Caller) -> AlertRow:
    service = visible(caller=caller, related=alert.service)
    return AlertRow(
        alert=alert,
        look=look_of_alert(alert),
        severity=severity_slug(alert.severity),
        incident=visible(caller=caller, related=alert.incident),
        service=service,
        silence_url=silence_url(alert, team_slug=alert.team.slug, service_name=service.name if service else ""),
        links=[AlertLink(title, url) for title, url in links_of(alert)],
    )
