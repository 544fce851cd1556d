"""The backlog: what may break, in the order of what to do next."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chaos.backlog.domain.states import Origin, State
from chaos.backlog.selectors.standing import standing_of
from chaos.backlog.selectors.vulnerabilities import counts_by_state, list_vulnerabilities
from chaos.backlog.views.choices import may_record_somewhere
from chaos.backlog.views.query import BacklogQuery
from chaos.experiments.tabs import tabs_for
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.models import Layer
from reliability.catalog.selectors.services import list_services
from reliability.web.pagination import page_of

PER_PAGE = 50


@require_safe
def vulnerability_list(request: AccessRequest) -> HttpResponse:
    """Filters come from the address; the first of the list says why it is the first."""
    query = BacklogQuery.of(request.GET)
    found = list_vulnerabilities(caller=request.caller, filters=query.filters())
    page = page_of(request, found.prefetch_related("evidence"), per_page=PER_PAGE)
    rows = [(one, visible(caller=request.caller, related=one.service), standing_of(one)) for one in page.object_list]
    first = rows[0] if rows and page.number == 1 and rows[0][0].payback > 0 else None
    counts = counts_by_state(caller=request.caller, filters=query.filters())
    context = {
        "tabs": tabs_for(request),
        "query": query,
        "page": page,
        "rows": rows,
        "first": first,
        "counts": [(state, query.address(state=state.value), n) for state, n in counts.items()],
        "may_record": may_record_somewhere(request),
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "services": list_services(caller=request.caller),
        "layers": Layer.choices,
        "states": [(one.value, one.words.capitalize()) for one in State],
        "origins": [(one.value, one.words.capitalize()) for one in Origin],
    }
    return render(request, "backlog/list.html", context)
