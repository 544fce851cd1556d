"""Incidents on the pages of services and of objectives."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from incidents.response.selectors.incidents import IncidentFilters, Ordering, list_incidents
from incidents.response.views.query import IncidentQuery
from incidents.response.views.rows import rows_of
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.catalog.models import Service
from reliability.kit.periods import Period
from slo.models import Slo

ROWS_MAX = 8
RECENT = timedelta(days=90)


def incidents_of_service(*, request: AccessRequest, service: Service, now: datetime) -> dict[str, Any]:
    """Open ones first, then those of the last 90 days."""
    filters = IncidentFilters(service_name=service.name, detected=_recent(now))
    url = reverse("incident-list") + IncidentQuery(status="all", service=service.name).address()
    declare = {"service": service.name, "team": service.team.slug}
    return _panel(request, filters, now, team_id=service.team_id, all_url=url, declare=declare)


def incidents_of_slo(*, request: AccessRequest, slo: Slo, now: datetime) -> dict[str, Any]:
    filters = IncidentFilters(slo_name=slo.name, detected=_recent(now))
    url = reverse("incident-list") + IncidentQuery(status="all", slo=slo.name).address()
    return _panel(
        request, filters, now, team_id=slo.team_id, all_url=url, declare={"slo": slo.name, "team": slo.team.slug}
    )


def _panel(
    request: AccessRequest,
    filters: IncidentFilters,
    now: datetime,
    *,
    team_id: int,
    all_url: str,
    declare: dict[str, str],
) -> dict[str, Any]:
    found = list_incidents(caller=request.caller, filters=filters, ordering=Ordering.WORST)
    rows = rows_of(list(found[:ROWS_MAX]), caller=request.caller, now=now)
    return {
        "rows": rows,
        "all_url": all_url if rows else "",
        "may_declare": request.caller.may(team_id, Role.RESPONDER),
        "declare_url": f"{reverse('incident-new')}?{urlencode(declare)}",
    }


def _recent(now: datetime) -> Period:
    return Period(now - RECENT, now + timedelta(minutes=1))
