"""The list of incidents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from incidents.response.domain.phases import OPEN, Status
from incidents.response.domain.severity import Severity
from incidents.response.selectors.incidents import count_by_status, list_incidents
from incidents.response.tabs import tabs_for
from incidents.response.views.choices import people_with_roles
from incidents.response.views.declaring import may_declare
from incidents.response.views.query import PERIODS, TABS, IncidentQuery
from incidents.response.views.rows import rows_of
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.selectors.services import list_services
from reliability.web.pagination import page_of

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Tab:
    slug: str
    title: str
    url: str
    count: int
    is_here: bool


@require_safe
@vary_on_headers("HX-Request")
def incident_list(request: AccessRequest) -> HttpResponse:
    """Filters come from the address; htmx gets the table alone."""
    now = timezone.now()
    query = IncidentQuery.of(request.GET)
    found = list_incidents(caller=request.caller, filters=query.filters(now=now), ordering=query.ordering)
    page = page_of(request, found, per_page=PER_PAGE)
    context = {
        "query": query,
        "page": page,
        "rows": rows_of(list(page.object_list), caller=request.caller, now=now),
    }
    if request.htmx:  # type: ignore[attr-defined]  # django-htmx sets it
        return render(request, "response/_list.html", context)
    counts = count_by_status(caller=request.caller, filters=query.filters_of_any_status(now=now))
    context |= {
        "tabs": _tabs(query, counts),
        "place_tabs": tabs_for(request),
        "is_empty": not query.is_filtered and not any(counts.values()),
        "may_declare": may_declare(request),
        "severities": list(Severity),
        "periods": PERIODS,
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "services": list_services(caller=request.caller),
        "people": people_with_roles(caller=request.caller),
    }
    return render(request, "response/list.html", context)


def _tabs(query: IncidentQuery, counts: Mapping[Status, int]) -> list[Tab]:
    here = "open" if query.status in {status.value for status in OPEN} else query.status
    totals = {
        "open": sum(counts[status] for status in OPEN),
        "resolved": counts[Status.RESOLVED],
        "closed": counts[Status.CLOSED],
        "all": sum(counts.values()),
    }
    return [
        Tab(slug, title, f"{reverse('incident-list')}{query.address(status=slug)}", totals[slug], slug == here)
        for slug, title in TABS.items()
    ]
