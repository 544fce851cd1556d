"""The overview: what matters now."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from reliability.access.requests import AccessRequest
from reliability.telemetry.selectors.sources import pushed_sources, read_sources
from slo.domain.status import State
from slo.selectors.changes import newest_changes
from slo.selectors.first_steps import first_steps
from slo.selectors.slos import count_by_state, list_slos
from slo.selectors.staleness import staleness_of

WORST_FIRST = (State.BREACHED, State.AT_RISK, State.NO_DATA, State.MET)
ROWS = 8
PUSHED_ROWS = 4


@dataclass(frozen=True, slots=True)
class Tile:
    """A state, how many objectives are in it, and the list of those."""

    state: State
    count: int
    url: str


@require_safe
@vary_on_headers("HX-Request")
def overview(request: AccessRequest) -> HttpResponse:
    """The whole page, or its live part for htmx; without objectives the steps to the first."""
    counts = count_by_state(caller=request.caller)
    if not any(counts.values()):
        return render(request, "dashboards/first_steps.html", {"steps": first_steps(caller=request.caller)})
    read = read_sources(caller=request.caller)
    context = {
        "tiles": [Tile(state, counts[state], _list_of(state)) for state in WORST_FIRST],
        "total": sum(counts.values()),
        "worst": list_slos(caller=request.caller)[:ROWS],
        "changes": newest_changes(caller=request.caller)[:ROWS],
        "troubled_sources": read.filter(failures_in_a_row__gt=0)[:ROWS],
        "reads_sources": read.exists(),
        "pushed_sources": pushed_sources(caller=request.caller)[:PUSHED_ROWS],
        "staleness": staleness_of(caller=request.caller, now=timezone.now()),
    }
    template = "dashboards/_overview.html" if request.htmx else "dashboards/overview.html"  # type: ignore[attr-defined]  # django-htmx sets it
    return render(request, template, context)


def _list_of(state: State) -> str:
    return f"{reverse('slo-list')}?{urlencode({'state': state.value})}"
