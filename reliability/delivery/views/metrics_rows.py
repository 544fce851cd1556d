"""The rows that a figure counts: deployments, or for lead time the commits that they shipped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reliability.access.requests import AccessRequest
from reliability.delivery.domain.dora_columns import Ints
from reliability.delivery.selectors.dora import Delivered, delivered, delivered_changes
from reliability.delivery.selectors.dora_rows import (
    DeploymentRow,
    LeadRow,
    Metric,
    deployment_rows,
    lead_places_of,
    lead_rows,
    places_of,
)
from reliability.delivery.tabs import tabs_for
from reliability.delivery.views.metrics import FigureView, figure_views
from reliability.delivery.views.metrics_query import MetricsQuery
from reliability.web.pagination import page_of
from reliability.web.spreadsheets import table_file

PER_PAGE = 50
FILE_ROWS_MAX = 50_000
_BATCH = 1_000
_LEAD_COLUMNS = (
    "Commit", "Title", "Change", "Committed at", "Service", "Environment", "Deployed at", "Revision", "Lead time, s",
)  # fmt: skip
_COLUMNS = (
    "Finished at", "Team", "Service", "Environment", "Revision", "Commits", "Rework", "Failed", "Restored at",
    "Recovery, s", "Origin", "Key",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RowView:
    """why: in words, what made it fail, or count as rework."""

    row: DeploymentRow
    why: str


@require_safe
def metric_rows(request: AccessRequest) -> HttpResponse:
    """`?metric=`, and the same range and filters as the page of figures."""
    query, found, view = _asked(request)
    is_lead = view.metric is Metric.LEAD_TIME
    places = lead_places_of(found=found) if is_lead else places_of(found=found, metric=view.metric)
    page = page_of(request, range(len(places)), per_page=PER_PAGE)
    shown = places[page.start_index() - 1 :][: len(page.object_list)] if len(places) else places
    context = {
        "tabs": tabs_for(request),
        "query": query,
        "figure": view,
        "page": page,
        "leads": lead_rows(found=found, places=shown) if is_lead else [],
        "rows": [] if is_lead else _views(request, found, shown),
        "is_lead": is_lead,
        "has_recovery": view.metric in {Metric.FAIL_RATE, Metric.RECOVERY},
    }
    return render(request, "delivery/rows.html", context)


@require_safe
def rows_file(request: AccessRequest) -> HttpResponse:
    """All of them for a spreadsheet, at most FILE_ROWS_MAX; instants in UTC."""
    _, found, view = _asked(request)
    is_lead = view.metric is Metric.LEAD_TIME
    rows = _lead_lines(found) if is_lead else _lines(request, found, view.metric)
    columns = _LEAD_COLUMNS if is_lead else _COLUMNS
    return table_file(columns=columns, rows=rows, filename=f"{view.metric.value}.csv")


def _asked(request: AccessRequest) -> tuple[MetricsQuery, Delivered, FigureView]:
    metric = request.GET.get("metric", Metric.FREQUENCY)
    if metric not in set(Metric):
        raise Http404(f"there is no such metric: choose one of {', '.join(Metric)}")
    query = MetricsQuery.of(request, now=timezone.now())
    read = delivered_changes if metric == Metric.LEAD_TIME else delivered
    found = read(caller=request.caller, filters=query.filters)
    view = next(one for one in figure_views(found.figures, query) if one.metric == metric)
    return query, found, view


def _views(request: AccessRequest, found: Delivered, places: Ints) -> list[RowView]:
    rows = deployment_rows(caller=request.caller, found=found, places=places)
    return [RowView(row, why_of(row)) for row in rows]


def why_of(row: DeploymentRow) -> str:
    """Rolled back or hot-fixed; named by incidents; what it burnt; itself a rollback."""
    said = []
    if row.is_failed and row.mended_by is not None:
        said.append("rolled back or hot-fixed by the next deployment")
    incidents = sum(not cause.why for cause in row.causes)
    if incidents:
        said.append(f"named by {incidents} incident{'' if incidents == 1 else 's'}")
    said += dict.fromkeys(cause.why for cause in row.causes if cause.why)
    if row.is_rework:
        said.append("is a rollback" if row.deployment.is_rollback else "is unplanned rework")
    return "; ".join(said)


def _lead_lines(found: Delivered) -> Iterator[tuple[object, ...]]:
    places = lead_places_of(found=found)[:FILE_ROWS_MAX]
    for start in range(0, len(places), _BATCH):
        for row in lead_rows(found=found, places=places[start : start + _BATCH]):
            yield _lead_line(row)


def _lead_line(row: LeadRow) -> tuple[object, ...]:
    commit, deployment = row.shipped.commit, row.shipped.deployment
    return (
        commit.sha, commit.title, commit.change.key if commit.change else None, commit.committed_at.isoformat(),
        deployment.service.name, deployment.environment, _iso(deployment.finished_at), deployment.revision,
        row.shipped.lead_seconds,
    )  # fmt: skip


def _lines(request: AccessRequest, found: Delivered, metric: Metric) -> Iterator[tuple[object, ...]]:
    places = places_of(found=found, metric=metric)[:FILE_ROWS_MAX]
    for start in range(0, len(places), _BATCH):
        for row in deployment_rows(caller=request.caller, found=found, places=places[start : start + _BATCH]):
            one = row.deployment
            yield (
                _iso(one.finished_at), one.service.team.slug, one.service.name, one.environment, one.revision,
                row.changes, row.is_rework, row.is_failed, _iso(row.restored_at),
                None if row.recovery is None else int(row.recovery.total_seconds()), one.origin, one.key,
            )  # fmt: skip


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
