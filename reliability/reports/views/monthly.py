"""The report of a month or a quarter, on a page that prints, and as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from incidents.learning.domain.periods import ReviewPeriod, ReviewPeriodError
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.reports.charts.trend import trend_charts
from reliability.reports.domain.report import MEASURED_ENOUGH, SECTIONS, Report
from reliability.reports.selectors.monthly import last_finished, report_of
from reliability.reports.selectors.subscriptions import subscription_of_team
from reliability.web.errors import NotFound
from reliability.web.spreadsheets import table_file
from reliability.web.templatetags.web import raw
from reliability.web.zones import zone_of

TEXT_MAX = 63
TABLES = ("objectives", "agreements", "figures", "trend")


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """mistake: why the period that the address names (`typed`) is none; the last month that is over stands in."""

    period: ReviewPeriod
    team_slug: str
    typed: str = ""
    mistake: str = ""

    @classmethod
    def of(cls, request: AccessRequest, *, now: datetime) -> ReportQuery:
        """`?month=2026-10` or `2026-Q3`, `?team=`, `?tz=`; without a month the last one that is over."""
        zone = zone_of(request).key
        team = request.GET.get("team", "").replace("\0", "").strip()[:TEXT_MAX]
        text = request.GET.get("month", "").replace("\0", "").strip()[:TEXT_MAX]
        default = last_finished(now=now, zone_name=zone)
        if not text:
            return cls(default, team)
        try:
            found = ReviewPeriod.parse(text, zone_name=zone)
        except ReviewPeriodError as error:
            return cls(default, team, text, str(error))
        if found.period.start > now:
            return cls(default, team, text, f"{found.title} has not begun")
        return cls(found, team)

    def address(self, request: AccessRequest, period: ReviewPeriod | None = None) -> str:
        """The query string of the same report of another period, starting with `?`."""
        given = {"month": (period or self.period).slug, "team": self.team_slug, "tz": request.GET.get("tz", "")}
        return "?" + urlencode({name: value for name, value in given.items() if value})


@require_safe
def monthly_report(request: AccessRequest) -> HttpResponse:
    """`?format=csv&table=objectives` (agreements, figures, trend) one of its tables."""
    now = timezone.now()
    query = ReportQuery.of(request, now=now)
    report = report_of(caller=request.caller, team_slug=query.team_slug, period=query.period, now=now)
    if request.GET.get("format") == "csv":
        return _file(report, request.GET.get("table", "objectives"))
    later = query.period.shifted(1)
    context: dict[str, Any] = {
        "report": report,
        "query": query,
        "noun": query.period.noun,
        "before": query.period.shifted(-1),
        "as_of": min(query.period.period.end, now),
        "made_at": now,
        "charts": trend_charts(trend=report.trend, noun=query.period.noun, is_over=report.is_over),
        "earlier_url": query.address(request, query.period.shifted(-1)),
        "later_url": query.address(request, later) if later.period.start <= now else "",
        "quarter_url": query.address(request, query.period.as_quarter()),
        "month_url": query.address(request, query.period.as_month()),
        "here_url": query.address(request),
        "tables": TABLES,
        "enough": MEASURED_ENOUGH,
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "subscription": subscription_of_team(caller=request.caller, team_slug=query.team_slug),
    }
    return render(request, "reports/monthly.html", context, status=422 if query.mistake else 200)


def _file(report: Report, table: str) -> HttpResponse:
    makers = {"objectives": _objectives, "agreements": _agreements, "figures": _figures, "trend": _trend}
    if table not in makers:
        raise NotFound(f"there is no table {table[:40]!r}: take {', '.join(TABLES)}")
    columns, rows = makers[table](report)
    name = f"report-{report.team_slug or 'all'}-{report.period}-{table}.csv"
    return table_file(columns=columns, rows=([raw(cell) for cell in row] for row in rows), filename=name)


Table = tuple[tuple[str, ...], Iterator[tuple[object, ...]]]


def _objectives(report: Report) -> Table:
    columns = (
        "objective",
        "state",
        "target",
        "sli",
        "nines",
        "budget_spent",
        "budget_spent_before",
        "measured",
        "cause",
    )
    rows = (
        (
            one.name, one.state, one.objective, one.sli, one.nines, one.spent, one.before, one.coverage,
            one.causes[0].label if one.causes else "",
        )
        for one in report.objectives
    )  # fmt: skip
    return columns, rows


def _agreements(report: Report) -> Table:
    columns = ("agreement", "customer", "period", "state", "target", "availability", "credit_percent")
    rows = (
        (one.title, one.customer, one.period, one.state, one.target, one.availability, one.credit)
        for one in report.agreements
    )
    return columns, rows


def _figures(report: Report) -> Table:
    rows = (
        (section, one.title, one.value, one.before, one.n, one.change)
        for section in SECTIONS
        for one in getattr(report, section)
    )
    return ("section", "figure", "value", "before", "n", "change"), rows


def _trend(report: Report) -> Table:
    columns = (
        "period", "objectives_met", "objectives_measured", "incidents", "sev1_and_sev2", "mttr_seconds", "deployments",
        "change_fail_rate", "lead_time_seconds",
    )  # fmt: skip
    rows = (
        (
            one.period, one.met, one.measured, one.incidents, one.severe, one.mttr, one.deployments, one.fail_rate,
            one.lead,
        )
        for one in report.trend
    )  # fmt: skip
    return columns, rows
