"""The page of one objective."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reliability.access.domain.caller import Role
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.kit.instants import floor_minute
from reliability.kit.periods import Period
from reliability.web.charts import Chart
from reliability.web.errors import Invalid, NotFound
from reliability.web.timerange import TimeRange, instant_in
from reliability.web.zones import zone_of
from slo.forms.adjustment import AdjustmentForm
from slo.forms.backfill import BackfillForm
from slo.forms.exclusion import ExclusionForm
from slo.marks import marks_of
from slo.models import Slo
from slo.panels import rendered_panels
from slo.selectors.coverage import CoverageView, coverage_of
from slo.selectors.exclusions import adjustments_of, exclusions_of
from slo.selectors.slos import get_slo, versions_of
from slo.selectors.status import StatusView, status_of
from slo.views.alerts_section import alerts_section
from slo.views.backfills import backfill_context
from slo.views.csv import csv_response
from slo.views.ledger import ledger_section
from slo.views.measured import measured
from slo.views.pictures import charts_of
from slo.views.standing import standing_of
from slo.views.wording import version_changes

ROWS_MAX = 20  # of exclusions, adjustments and versions shown at once


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """From where the page looks: the instant, whether it lies in the past, and under which version."""

    at: datetime
    now: datetime
    is_past: bool
    is_restated: bool

    @classmethod
    def of(cls, request: AccessRequest, *, now: datetime) -> Viewpoint:
        """Reads `?at=` and `?view=restated`. Raises Invalid for an instant that is none or lies in the future."""
        text = request.GET.get("at", "").strip()
        at = floor_minute(instant_in(text, zone=zone_of(request), field="at")) if text else now
        if at > now:
            raise Invalid(details=[{"field": "at", "message": "at lies in the future: leave it out for now"}])
        return cls(at, now, bool(text), request.GET.get("view") == "restated")


@require_safe
def slo_detail(request: AccessRequest, name: str) -> HttpResponse:
    """The whole page; `?part=live` all of it that time changes, of one instant; `?format=csv&chart=sli` one table."""
    slo = get_slo(caller=request.caller, name=name)
    view = Viewpoint.of(request, now=timezone.now())
    status = status_of(slo=slo, at=view.at, now=view.now, is_restated=view.is_restated)
    versions = versions_of(slo=slo)
    version = next(version for version in versions if version.pk == status.version_id)
    alerting = alerts_section(slo=slo, at=view.at, now=view.now)
    standing = standing_of(version=version, status=status, thresholds=alerting["thresholds"])
    context: dict[str, Any] = {"slo": slo, "view": view, **standing, **alerting}
    time_range = TimeRange.from_request(request, now=view.at)
    marks = marks_of(caller=request.caller, slo=slo, period=time_range.period)
    charts = charts_of(
        slo=slo, status=status, versions=versions, time_range=time_range, now=view.now, marks=marks.shown
    )
    if request.GET.get("format") == "csv":
        return _csv(slo, charts, request.GET.get("chart", "sli"))
    sli = visible(caller=request.caller, related=slo.sli)
    context |= {
        "time_range": time_range,
        "charts": charts,
        "marks": marks,
        "coverage": _coverage(slo, view, status),
        **ledger_section(request, slo=slo, status=status, at=view.at, now=view.now),
        "measured": measured(sli, caller=request.caller),
    }
    if request.GET.get("part") == "live":
        return render(request, "slo/_live.html", context | {"is_refresh": True})
    context |= _record(request, slo, view)
    context["versions"] = version_changes(versions, caller=request.caller)[:ROWS_MAX]
    context["panels"] = rendered_panels(request=request, slo=slo, now=view.now)
    return render(request, "slo/detail.html", context)


def _coverage(slo: Slo, view: Viewpoint, status: StatusView) -> CoverageView:
    until = min(status.window.end, floor_minute(view.at))
    return coverage_of(sli=slo.sli, period=Period(status.window.start, max(status.window.start, until)))


def _record(request: AccessRequest, slo: Slo, view: Viewpoint) -> dict[str, Any]:
    """What people wrote down: exclusions, adjustments, versions, definition."""
    service = visible(caller=request.caller, related=slo.service)
    sli = visible(caller=request.caller, related=slo.sli)
    return {
        "exclusions": exclusions_of(slo=slo)[:ROWS_MAX],
        "adjustments": adjustments_of(slo=slo)[:ROWS_MAX],
        "exclusion_form": ExclusionForm(has_service=service is not None),
        "adjustment_form": AdjustmentForm(initial={"at": view.now}),
        "backfill_form": BackfillForm(),
        **(backfill_context(request, sli) if sli else {}),
        "may_edit": request.caller.may(slo.team_id, Role.EDITOR),
    }


def _csv(slo: Slo, charts: Mapping[str, Chart], wanted: str) -> HttpResponse:
    chart = charts.get(wanted.replace("-", "_"))
    if chart is None:
        raise NotFound(f"there is no chart {wanted!r}: take burn-down, sli or burn-rates")
    return csv_response(chart, filename=f"{slo.name}-{wanted}.csv")
