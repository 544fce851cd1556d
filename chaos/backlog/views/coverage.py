"""The coverage map: services × layers, what was tried of each, and one cell of it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from chaos.backlog.domain.coverage import Cell
from chaos.backlog.selectors.coverage import LAYERS, all_rows, rows_of, services_to_cover, totals_of
from chaos.backlog.selectors.fitting import fitting_of
from chaos.backlog.selectors.vulnerabilities import VulnerabilityFilters, list_vulnerabilities
from chaos.backlog.views.query import CoverageQuery
from chaos.experiments.selectors.experiments import list_experiments
from chaos.experiments.tabs import tabs_for
from chaos.runs.selectors.runs import RunFilters, list_runs
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.models import Layer
from reliability.catalog.selectors.services import service as get_service
from reliability.kit.instants import format_instant
from reliability.web.errors import NotFound
from reliability.web.pagination import page_of
from reliability.web.spreadsheets import table_file

PER_PAGE = 25
RUNS_SHOWN = 20
_COLUMNS = (
    "service", "title", "team", "tier", "layer", "state", "verdict", "answered_at", "runs", "next_at", "experiments"
)  # fmt: skip


@require_safe
def coverage_map(request: AccessRequest) -> HttpResponse:
    """By tier, in it the least covered first; `?team=`, `?tier=` and `?q=` narrow it."""
    now = timezone.now()
    query = CoverageQuery.of(request.GET)
    services = services_to_cover(
        caller=request.caller, text=query.text, team=query.team, tier=query.tier_number, now=now
    )
    page = page_of(request, services, per_page=PER_PAGE)
    context = {
        "tabs": tabs_for(request),
        "query": query,
        "page": page,
        "rows": rows_of(caller=request.caller, services=list(page.object_list), now=now),
        "totals": totals_of(caller=request.caller, services=services, now=now),
        "layers": Layer.choices,
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "tiers": ("1", "2", "3", "4"),
        "legend": list(Cell),
        "as_of": now,
    }
    return render(request, "backlog/coverage.html", context)


@require_safe
def coverage_file(request: AccessRequest) -> HttpResponse:
    """One line for each cell of every service that the filters leave, for a spreadsheet."""
    now = timezone.now()
    query = CoverageQuery.of(request.GET)
    services = services_to_cover(
        caller=request.caller, text=query.text, team=query.team, tier=query.tier_number, now=now
    )
    rows = (
        (
            row.service.name,
            row.service.title,
            row.service.team.slug,
            row.service.tier,
            one.layer,
            one.cell.value,
            one.tried.verdict.value if one.tried.verdict else None,
            format_instant(one.tried.answered_at) if one.tried.answered_at else None,
            one.tried.runs,
            format_instant(one.tried.next_at) if one.tried.next_at else None,
            one.tried.experiments,
        )
        for row in all_rows(caller=request.caller, services=services, now=now)
        for one in row.cells
    )
    return table_file(columns=_COLUMNS, rows=rows, filename="coverage.csv")


@require_safe
def coverage_cell(request: AccessRequest, name: str, layer: str) -> HttpResponse:
    """What there is of one layer of one service, and what could be tried."""
    now = timezone.now()
    caller = request.caller
    service = get_service(caller=caller, name=name)
    if layer not in LAYERS:
        raise NotFound(f"there is no layer {layer[:63]!r}: it is one of {', '.join(LAYERS)}")
    row = rows_of(caller=caller, services=[service], now=now)[0]
    runs = list_runs(caller=caller, filters=RunFilters(service_name=name)).filter(experiment__layer=layer)
    vulnerabilities = list_vulnerabilities(caller=caller, filters=VulnerabilityFilters(service_name=name, layer=layer))
    context = {
        "tabs": tabs_for(request),
        "service": service,
        "layer": layer,
        "layer_words": Layer(layer).label,
        "cell": next(one for one in row.cells if one.layer == layer),
        "experiments": list_experiments(caller=caller, service=name, layer=layer)[:50],
        "runs": runs[:RUNS_SHOWN],
        "runs_url": f"{reverse('run-list')}?service={name}",
        "vulnerabilities": vulnerabilities[:20],
        "fitting": fitting_of(service=service, team_id=service.team_id, layer=layer),
        "may_edit": caller.may(service.team_id, Role.EDITOR),
        "may_record": caller.may(service.team_id, Role.RESPONDER),
    }
    return render(request, "backlog/coverage_cell.html", context)
