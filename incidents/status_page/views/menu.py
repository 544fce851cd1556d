"""What this room adds to pages of other rooms: the entry on incidents, a panel there, hits of the search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from incidents.response.models import Incident
from incidents.response.panels import MenuItem
from incidents.status_page.models import PublicIncident
from incidents.status_page.selectors.pages import PageFilters, list_pages
from reliability.access.domain.caller import Caller, Role
from reliability.access.requests import AccessRequest
from reliability.web.search import Hit


def post_to_status_page(request: AccessRequest, incident: Incident) -> Sequence[MenuItem]:
    """For those who may write to a page, if there is one."""
    pages = list_pages(caller=request.caller)[:100]
    if incident.merged_into_id is not None or not any(request.caller.may(one.team_id, Role.RESPONDER) for one in pages):
        return []
    return [MenuItem("Post to status page", f"{reverse('status-page-post')}?incident={incident.pk}", "flag")]


def told_of_incident(*, request: AccessRequest, incident: Incident, now: datetime) -> Mapping[str, Any]:
    """What the public was told of one of our incidents, on pages that the caller may read."""
    readable = list_pages(caller=request.caller).values("pk")
    rows = PublicIncident.objects.filter(incident=incident, page__in=readable).select_related("page")
    return {"told": list(rows.order_by("-started_at", "-pk")[:5])}


def pages_found(request: HttpRequest, query: str, limit: int) -> Sequence[Hit]:
    """Readable pages by title, address or domain."""
    caller: Caller = request.caller  # type: ignore[attr-defined]  # AccessRequest declares it
    found = list_pages(caller=caller, filters=PageFilters(text=query.replace("\0", "")))[:limit]
    return [
        Hit("Status page", one.title, reverse("status-page", args=[one.slug]), one.team.name, icon="flag")
        for one in found
    ]
