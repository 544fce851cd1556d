"""The page of the timeline."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.selectors.services import list_services
from reliability.delivery.selectors.dora import environments_of
from reliability.delivery.tabs import tabs_for
from reliability.overlay.charts.timeline import timeline_chart
from reliability.overlay.sections import cut_of, rows_of
from reliability.overlay.tracks import ITEMS_MAX, told, tracks
from reliability.overlay.views.query import TimelineQuery
from reliability.web.pagination import page_of

PER_PAGE = 50


@require_safe
def timeline(request: AccessRequest) -> HttpResponse:
    """Range, service, team, environment and kinds come from the address."""
    now = timezone.now()
    query = TimelineQuery.of(request, now=now)
    scope = query.scope(request)
    found = told(caller=request.caller, scope=scope, slugs=query.kinds or None)
    rows = rows_of(found)
    context: dict[str, Any] = {
        "tabs": tabs_for(request),
        "query": query,
        "counts": [(one.track, len(one.items.shown), one.items.is_cut) for one in found],
        "chart": timeline_chart(told=found, period=scope.period, now=now),
        "page": page_of(request, rows, per_page=PER_PAGE),
        "cut": cut_of(found),
        "items_max": ITEMS_MAX,
        "tracks": tracks(),
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "services": list_services(caller=request.caller).values_list("name", "title"),
        "environments": environments_of(caller=request.caller),
    }
    return render(request, "overlay/timeline.html", context)
