"""The page of ratios, and its file."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.selectors.services import list_services
from reliability.delivery.tabs import tabs_for
from reliability.kit.instants import format_instant
from reliability.measures.charts.ratios import plain, ratio_chart
from reliability.measures.domain.buckets import Step
from reliability.measures.domain.ratios import Measured
from reliability.measures.domain.recipes import api_line
from reliability.measures.selectors.figures import list_figures
from reliability.measures.selectors.ratios import kinds_of, measured, own_ratios
from reliability.measures.views.query import RatioQuery
from reliability.measures.views.rows import row_of
from reliability.web.spreadsheets import table_file

_COLUMNS = ("Ratio", "From", "To", "Value", "Unit", "Above", "n above", "Below", "n below", "Why none", "Cut")


@require_safe
def ratio_page(request: AccessRequest) -> HttpResponse:
    """Range, step, service and team come from the address."""
    query = RatioQuery.of(request, now=timezone.now())
    found = _found(request, query)
    scope = query.scope(request)
    period = query.time_range.period
    cut = query.cut(query.buckets())
    context: dict[str, Any] = {
        "tabs": tabs_for(request),
        "query": query,
        "steps": list(Step),
        "rows": [row_of(one) for one in found],
        "charts": [ratio_chart(measured=one, period=period, step_words=query.step.value, cut=cut) for one in found],
        "has_figures": list_figures(caller=request.caller, scope=scope, period=period).exists(),
        "own": own_ratios(caller=request.caller, team_slug=query.team),
        "may_define": request.caller.is_administrator or bool(request.caller.team_ids(Role.EDITOR)),
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "services": list_services(caller=request.caller).values_list("name", "title"),
        "api_line": api_line(public_url=settings.PUBLIC_URL),
    }
    return render(request, "measures/ratios.html", context)


@require_safe
def ratio_file(request: AccessRequest) -> HttpResponse:
    """Each ratio in each bucket; undefined ones have an empty value and say why. Cut: to the range."""
    query = RatioQuery.of(request, now=timezone.now())
    cut = query.cut(query.buckets())
    rows = (
        (
            one.kind.slug, format_instant(bucket.start), format_instant(bucket.end), plain(ratio.value), ratio.unit,
            plain(ratio.above.value), ratio.above.n, plain(ratio.below.value), ratio.below.n, ratio.why.words,
            "yes" if bucket in cut else "",
        )
        for one in _found(request, query)
        for bucket, ratio in one.buckets
    )  # fmt: skip
    return table_file(columns=_COLUMNS, rows=rows, filename="ratios.csv")


def _found(request: AccessRequest, query: RatioQuery) -> list[Measured]:
    return measured(
        caller=request.caller,
        scope=query.scope(request),
        period=query.time_range.period,
        buckets=query.buckets(),
        kinds=kinds_of(caller=request.caller, team_slug=query.team_of(request)),
    )
