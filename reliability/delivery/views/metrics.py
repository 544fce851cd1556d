"""The five metrics of DORA on one page, and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.models import Service
from reliability.catalog.selectors.services import list_services
from reliability.delivery.charts.dora import distribution_chart, stages_chart, trend_charts
from reliability.delivery.domain.dora import Dora, Spread, over_time
from reliability.delivery.domain.dora_benchmarks import (
    CLUSTERS,
    SOURCE,
    SOURCE_URL,
    YEAR,
    frequency_cluster,
    lead_cluster,
    recovery_cluster,
)
from reliability.delivery.domain.dora_spread import distribution, stage_spreads
from reliability.delivery.selectors.dora import (
    Delivered,
    delivered,
    deployments_by_service,
    environments_of,
    figures_of_environments,
    figures_of_services,
    figures_of_teams,
)
from reliability.delivery.selectors.dora_quality import quality
from reliability.delivery.selectors.dora_rows import Metric
from reliability.delivery.tabs import tabs_for
from reliability.delivery.views.metrics_query import MetricsQuery, step_of
from reliability.kit.collector import collector_paused
from reliability.kit.durations import humanize_duration
from reliability.web.pagination import page_of
from reliability.web.spreadsheets import table_file
from reliability.web.words import NOTHING, decimal_of, duration_text, number_text, percent_text

PER_PAGE = 25
_COLUMNS = (
    "Kind", "Name", "Deployments", "Deployments a day", "Lead time median, s", "Lead time p90, s", "Lead time n",
    "Failed", "Change fail rate", "Recovery median, s", "Recovery p90, s", "Recovery n", "Not restored yet",
    "Rework", "Rework rate",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FigureView:
    """value: as people read it, blank when undefined. spread: of times; None of counts and shares."""

    metric: Metric
    title: str
    value: str
    n_words: str
    spread: Spread | None
    definition: str
    note: str
    cluster: str
    url: str


@dataclass(frozen=True, slots=True)
class FigureRow:
    """The figures of a team, service or environment, in words. url: of the page with these alone."""

    title: str
    url: str
    deployments: int
    per_day: str
    lead: str
    fail_rate: str
    recovery: str
    rework_rate: str


@require_safe
@collector_paused()
def delivery_figures(request: AccessRequest) -> HttpResponse:
    """Range, team, service and environment come from the address."""
    query = MetricsQuery.of(request, now=timezone.now())
    period = query.filters.period
    found = delivered(caller=request.caller, filters=query.filters)
    step = step_of(period)
    trend = over_time(judged=found.judged, period=period, step=step)
    services = deployments_by_service(found=found)
    page = page_of(request, services, per_page=PER_PAGE)
    lines = quality(caller=request.caller, found=found, filters=query.filters)
    context: dict[str, Any] = {
        "tabs": tabs_for(request),
        "query": query,
        "pending": next((line.count for line in lines if line.slug == "pending"), 0),
        "found": found.figures,
        "figures": figure_views(found.figures, query),
        "quality": [(line, share_text(line.share)) for line in lines],
        "charts": trend_charts(trend=trend, period=period, step_words=humanize_duration(step)),
        "distribution": distribution_chart(buckets=distribution(judged=found.judged, period=period)),
        "stages": stages_chart(stages=stage_spreads(judged=found.judged, period=period)),
        "page": page,
        "service_rows": _service_rows(found, [pk for pk, _ in page.object_list], query),
        "groups": _groups(found, query),
        "clusters": CLUSTERS,
        "cluster_source": {"name": SOURCE, "url": SOURCE_URL, "year": YEAR},
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "service_options": _service_options(request, query.filters.service_name),
        "environments": environments_of(caller=request.caller),
    }
    return render(request, "delivery/figures.html", context)


@require_safe
def figures_file(request: AccessRequest) -> HttpResponse:
    """All of it, and by team, environment and service; times in seconds, undefined figures empty."""
    query = MetricsQuery.of(request, now=timezone.now())
    found = delivered(caller=request.caller, filters=query.filters)
    rows = [_line("all", "", found.figures)]
    rows += [_line("team", team.slug, one) for team, one in _teams(found)]
    rows += [_line("environment", name, one) for name, one in figures_of_environments(found=found)]
    ids = [pk for pk, _ in deployments_by_service(found=found)]
    names = dict(Service.objects.filter(pk__in=ids).values_list("pk", "name"))
    figures = zip(ids, figures_of_services(found=found, service_ids=ids), strict=True)
    rows += [_line("service", names.get(pk, ""), one) for pk, one in figures]
    return table_file(columns=_COLUMNS, rows=rows, filename="delivery-figures.csv")


def figure_views(found: Dora, query: MetricsQuery) -> list[FigureView]:
    """Each with its definition, what it leaves out and the rows it counts."""
    n = found.deployments
    of_deployments = f"n = {n:,} deployment{'' if n == 1 else 's'}"

    def url(metric: Metric) -> str:
        return reverse("delivery-rows") + query.address(metric=metric.value)

    still_open = f"Not restored yet, and in no time: {found.unrecovered:,}." if found.unrecovered else ""
    disordered = f" Restored before deployed, as clocks have it: {found.disordered:,}." if found.disordered else ""
    return [
        FigureView(
            Metric.FREQUENCY, "Deployment frequency",
            f"{number_text(found.per_day)} a day" if found.per_day is not None else "",
            of_deployments, None,
            "Successful deployments, divided by the days of the period.", "",
            frequency_cluster(found.per_day), url(Metric.FREQUENCY),
        ),
        FigureView(
            Metric.LEAD_TIME, "Change lead time",
            duration_text(found.lead.median) if found.lead.n else "",
            f"n = {found.lead.n:,} commit{'' if found.lead.n == 1 else 's'}", found.lead,
            "From commit to deployed, of each commit that these deployments shipped first; merges do not count.",
            "", lead_cluster(found.lead.median), url(Metric.LEAD_TIME),
        ),
        FigureView(
            Metric.FAIL_RATE, "Change fail rate",
            share_text(found.fail_rate), f"{found.failed:,} failed, {of_deployments}", None,
            "Deployments that were rolled back, hot-fixed, named by an incident or the suspect of a burn, once each,"
            " of all that succeeded.", "", "", url(Metric.FAIL_RATE),
        ),
        FigureView(
            Metric.RECOVERY, "Failed deployment recovery time",
            duration_text(found.recovery.median) if found.recovery.n else "",
            f"n = {found.recovery.n:,} recovered", found.recovery,
            "From the finish of a deployment that failed until service was restored: the end of its incidents, else the"
            " rollback or hotfix.",
            still_open + disordered, recovery_cluster(found.recovery.median), url(Metric.RECOVERY),
        ),
        FigureView(
            Metric.REWORK, "Rework rate",
            share_text(found.rework_rate), f"{found.rework:,} rework, {of_deployments}", None,
            "Rollbacks and unplanned deployments that mend production, of all that succeeded.", "", "",
            url(Metric.REWORK),
        ),
    ]  # fmt: skip


def _service_options(request: AccessRequest, chosen: str) -> SafeString:
    """Options of a select: for a thousand services a template takes a fifth of the time of the page."""
    names = list_services(caller=request.caller).values_list("name", "title")
    rows = (
        f'<option value="{escape(name)}"{" selected" if name == chosen else ""}>{escape(title)}</option>'
        for name, title in names
    )
    return mark_safe("".join(rows))  # noqa: S308  each part is escaped above


def share_text(value: float | None) -> str:
    """3.9 %; blank when undefined."""
    return "" if value is None else percent_text(decimal_of(round(value * 100, 1)))


def _row(title: str, url: str, one: Dora) -> FigureRow:
    return FigureRow(
        title=title,
        url=url,
        deployments=one.deployments,
        per_day=number_text(one.per_day),
        lead=duration_text(one.lead.median),
        fail_rate=share_text(one.fail_rate) or NOTHING,
        recovery=duration_text(one.recovery.median),
        rework_rate=share_text(one.rework_rate) or NOTHING,
    )


def _service_rows(found: Delivered, ids: Sequence[int], query: MetricsQuery) -> list[FigureRow]:
    services = Service.objects.in_bulk(ids)
    figures = figures_of_services(found=found, service_ids=ids)
    return [
        _row(services[pk].title, query.address(service=services[pk].name), one)
        for pk, one in zip(ids, figures, strict=True)
        if pk in services
    ]


def _groups(found: Delivered, query: MetricsQuery) -> list[tuple[str, list[FigureRow]]]:
    """(noun, rows) of teams and environments, where there is more than one."""
    teams = [_row(team.name, query.address(team=team.slug), one) for team, one in _teams(found)]
    environments = [
        _row(name, query.address(environment=name), one) for name, one in figures_of_environments(found=found)
    ]
    return [(noun, rows) for noun, rows in (("team", teams), ("environment", environments)) if len(rows) > 1]


def _teams(found: Delivered) -> list[tuple[Team, Dora]]:
    rows = figures_of_teams(found=found)
    teams = Team.objects.in_bulk([pk for pk, _ in rows])
    return [(teams[pk], one) for pk, one in rows if pk in teams]


def _line(kind: str, name: str, one: Dora) -> tuple[object, ...]:
    return (
        kind, name, one.deployments, one.per_day, one.lead.median, one.lead.p90, one.lead.n, one.failed, one.fail_rate,
        one.recovery.median, one.recovery.p90, one.recovery.n, one.unrecovered, one.rework, one.rework_rate,
    )  # fmt: skip
