"""Postmortems on the pages of incidents and of services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from incidents.postmortems.domain.due import DUE_AFTER
from incidents.postmortems.domain.states import UNFINISHED, State
from incidents.postmortems.models import Postmortem, ServiceRate
from incidents.postmortems.selectors.postmortems import (
    NEEDED_SEVERITY_MAX,
    PostmortemFilters,
    list_postmortems,
    of_incident,
)
from incidents.postmortems.views.query import PostmortemQuery
from incidents.response.domain.phases import OPEN
from incidents.response.models import Incident
from incidents.response.panels import MenuItem
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.catalog.models import Service

ROWS_MAX = 5


def postmortem_of_incident(*, request: AccessRequest, incident: Incident, now: datetime) -> dict[str, Any]:
    """The one there is; or, once the incident is over, that it needs one."""
    found = of_incident(incident=incident)
    over_at = incident.resolved_at or incident.closed_at
    is_over = incident.status not in OPEN and over_at is not None and incident.merged_into_id is None
    return {
        "found": found,
        "state": f"postmortem_{found.state}" if found else "",
        "is_overdue": found is not None and is_overdue(found, now),
        "is_over": is_over,
        "is_needed": incident.severity <= NEEDED_SEVERITY_MAX,
        "due_at": over_at + DUE_AFTER if is_over and over_at else None,
        "may_draft": request.caller.may(incident.team_id, Role.RESPONDER),
    }


def menu_of_incident(request: AccessRequest, incident: Incident) -> Sequence[MenuItem]:
    """Where to write it down."""
    if incident.merged_into_id is not None:
        return ()
    found = of_incident(incident=incident)
    if found is not None:
        return (MenuItem("Postmortem", reverse("postmortem-detail", args=[found.pk]), "book"),)
    return (MenuItem("Draft a postmortem", reverse("postmortem-draft", args=[incident.pk]), "book"),)


def postmortems_of_service(*, request: AccessRequest, service: Service, now: datetime) -> dict[str, Any]:
    """The newest, and what losing costs."""
    filters = PostmortemFilters(service_name=service.name)
    found = list(list_postmortems(caller=request.caller, filters=filters)[:ROWS_MAX])
    return {
        "rows": [(one, f"postmortem_{one.state}", is_overdue(one, now)) for one in found],
        "all_url": reverse("postmortem-list") + PostmortemQuery(service=service.name).address(),
        "rate": ServiceRate.objects.filter(service=service).first(),
        "may_edit": request.caller.may(service.team_id, Role.EDITOR),
    }


def is_overdue(postmortem: Postmortem, now: datetime) -> bool:
    return State(postmortem.state) in UNFINISHED and postmortem.due_at is not None and postmortem.due_at < now
