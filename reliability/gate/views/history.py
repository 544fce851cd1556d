"""What the gate answered, and what was deployed in spite of it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.selectors.services import list_services
from reliability.delivery.tabs import tabs_for
from reliability.gate.domain.kinds import Decision
from reliability.gate.selectors.decisions import DESPITE_DAYS, DecisionFilters, deployed_despite, list_decisions
from reliability.gate.views.frames import asked_text, row_of_decision
from reliability.web.pagination import page_of

PER_PAGE = 50
DESPITE_SHOWN = 100


@require_safe
def gate_history(request: AccessRequest) -> HttpResponse:
    """Filters come from the address."""
    filters = DecisionFilters(
        team_slug=asked_text(request, "team", 63),
        service_name=asked_text(request, "service", 63),
        environment=asked_text(request, "environment", 120),
        decision=asked_text(request, "decision", 20),
    )
    page = page_of(request, list_decisions(caller=request.caller, filters=filters), per_page=PER_PAGE)
    context = {
        "tabs": tabs_for(request),
        "page": page,
        "rows": [row_of_decision(one, caller=request.caller) for one in page.object_list],
        "filters": filters,
        "is_narrowed": filters != DecisionFilters(),
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "services": list_services(caller=request.caller).order_by("title", "pk"),
        "decisions": list(Decision),
        "despite": deployed_despite(caller=request.caller, now=timezone.now())[:DESPITE_SHOWN],
        "despite_days": DESPITE_DAYS,
    }
    return render(request, "gate/history.html", context)
