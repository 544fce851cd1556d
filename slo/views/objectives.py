"""The list of objectives."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.selectors.services import list_services
from reliability.web.pagination import page_of
from slo.selectors.first_steps import first_steps
from slo.selectors.measuring import is_editor_somewhere
from slo.selectors.slos import by_service, count_by_state, list_slos
from slo.views.query import ListQuery
from slo.views.rows import rows_of
from slo.views.tiles import tiles_of

PER_PAGE = 50


@require_safe
@vary_on_headers("HX-Request")
def slo_list(request: AccessRequest) -> HttpResponse:
    """Filters, order and grouping come from the address; htmx gets the table alone."""
    query = ListQuery.of(request.GET)
    slos = list_slos(caller=request.caller, filters=query.filters, ordering=query.ordering)
    if query.is_grouped:
        slos = by_service(caller=request.caller, slos=slos)
    page = page_of(request, slos, per_page=PER_PAGE)
    context = {
        "query": query,
        "page": page,
        "rows": rows_of(page.object_list, caller=request.caller, now=timezone.now()),
        "tiles": tiles_of(query, count_by_state(caller=request.caller, filters=query.stateless_filters)),
    }
    if request.htmx:  # type: ignore[attr-defined]  # django-htmx sets it
        return render(request, "slo/_list.html", context)
    context |= {
        "may_create": is_editor_somewhere(caller=request.caller),
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "services": list_services(caller=request.caller),
    }
    if not query.is_filtered and not page.paginator.count:
        context["steps"] = first_steps(caller=request.caller)
    return render(request, "slo/list.html", context)
