"""The list of runs."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chaos.experiments.tabs import tabs_for
from chaos.runs.domain.states import Verdict
from chaos.runs.selectors.runs import list_runs
from chaos.runs.views.looks import rows_of
from chaos.runs.views.query import PERIODS, RunQuery
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.selectors.services import list_services
from reliability.web.pagination import page_of

PER_PAGE = 50


@require_safe
def run_list(request: AccessRequest) -> HttpResponse:
    """Filters come from the address; the newest first."""
    now = timezone.now()
    query = RunQuery.of(request.GET)
    page = page_of(request, list_runs(caller=request.caller, filters=query.filters(now=now)), per_page=PER_PAGE)
    context = {
        "tabs": tabs_for(request),
        "query": query,
        "page": page,
        "rows": rows_of(page.object_list, caller=request.caller, now=now),
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "services": list_services(caller=request.caller),
        "verdicts": [(one.value, one.words) for one in Verdict],
        "periods": PERIODS,
    }
    return render(request, "runs/list.html", context)
