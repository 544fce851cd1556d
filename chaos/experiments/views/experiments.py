"""The list of experiments."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chaos.experiments.domain.kinds import Kind
from chaos.experiments.library import templates
from chaos.experiments.selectors.experiments import list_experiments
from chaos.experiments.tabs import tabs_for
from chaos.experiments.views.choices import is_editor_somewhere
from chaos.experiments.views.query import ListQuery
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.models import Layer
from reliability.catalog.selectors.services import list_services
from reliability.web.pagination import page_of

PER_PAGE = 50


@require_safe
def experiment_list(request: AccessRequest) -> HttpResponse:
    """Filters come from the address; archived ones have their own list."""
    query = ListQuery.of(request.GET)
    found = list_experiments(
        caller=request.caller,
        **query.filters("text", "team", "service", "layer", "kind"),
        is_archived=bool(query.archived),
    )
    page = page_of(request, found, per_page=PER_PAGE)
    context = {
        "tabs": tabs_for(request),
        "query": query,
        "page": page,
        "is_empty": not query.is_narrowed and not page.paginator.count,
        "may_edit": is_editor_somewhere(request),
        "templates_count": len(templates()),
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "services": list_services(caller=request.caller),
        "layers": Layer.choices,
        "kinds": [(one.value, one.words) for one in Kind],
    }
    return render(request, "experiments/list.html", context)
