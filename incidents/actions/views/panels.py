"""Actions on the pages of incidents and services, in their menu, and in the search."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from incidents.actions.domain.states import State
from incidents.actions.selectors.actions import ActionFilters, list_actions, of_incident
from incidents.actions.sources import SourceLink
from incidents.actions.views.query import ActionQuery
from incidents.actions.views.rows import rows_of
from incidents.response.models import Incident
from incidents.response.panels import MenuItem
from incidents.response.selectors.incidents import incident as get_incident
from reliability.access.domain.caller import Caller, Role
from reliability.access.requests import AccessRequest
from reliability.catalog.models import Service
from reliability.web.errors import NotFound
from reliability.web.search import Hit

ROWS_MAX = 8


def actions_of_incident(*, request: AccessRequest, incident: Incident, now: datetime) -> dict[str, Any]:
    """The oldest first, as they were agreed."""
    found = list(of_incident(caller=request.caller, incident=incident)[: ROWS_MAX + 1])
    return {
        "rows": rows_of(found[:ROWS_MAX], caller=request.caller, today=now.astimezone(UTC).date()),
        "all_url": _list_url(ActionQuery(incident=str(incident.pk))) if len(found) > ROWS_MAX else "",
        "new_url": _new_url(incident=incident.pk) if request.caller.may(incident.team_id, Role.RESPONDER) else "",
        "nothing": "Nothing was agreed to be done yet.",
    }


def actions_of_service(*, request: AccessRequest, service: Service, now: datetime) -> dict[str, Any]:
    """What is not closed: of the service itself, and of incidents that touched it."""
    filters = ActionFilters(service_name=service.name, state="live")
    found = list(list_actions(caller=request.caller, filters=filters)[: ROWS_MAX + 1])
    may_write = request.caller.may(service.team_id, Role.RESPONDER)
    return {
        "rows": rows_of(found[:ROWS_MAX], caller=request.caller, today=now.astimezone(UTC).date()),
        "all_url": _list_url(ActionQuery(service=service.name)),
        "new_url": _new_url(service=service.name, team=service.team.slug) if may_write else "",
        "nothing": "No action item waits here.",
    }


def action_menu(request: AccessRequest, incident: Incident) -> Sequence[MenuItem]:
    return [MenuItem("Add an action item", _new_url(incident=incident.pk), "check")]


def incident_source(*, caller: Caller, key: str) -> SourceLink | None:
    if not key.isascii() or not key.isdigit() or len(key) > 18:
        return None
    try:
        found = get_incident(caller=caller, number=int(key))
    except NotFound:
        return None
    return SourceLink(f"Incident #{found.pk} {found.title}", reverse("incident-detail", args=(found.pk,)))


def actions_found(request: HttpRequest, query: str, limit: int) -> Sequence[Hit]:
    """Readable actions by number, words of title and text, and owner."""
    caller: Caller = request.caller  # type: ignore[attr-defined]  # AccessRequest declares it
    found = list_actions(caller=caller, filters=ActionFilters(text=query.replace("\0", "")))[:limit]
    return [
        Hit(
            "Action",
            f"#{one.pk} {one.title}",
            reverse("action-detail", args=(one.pk,)),
            detail=State(one.state).heading,
            icon="check",
        )
        for one in found
    ]


def _new_url(**given: object) -> str:
    return f"{reverse('action-new')}?{urlencode(given)}"


def _list_url(query: ActionQuery) -> str:
    return reverse("action-list") + query.address()
