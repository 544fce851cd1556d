"""/api/v1/reports: the report of a month or a quarter, as its page shows it, and as it was sent."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from incidents.learning.domain.periods import ReviewPeriod, ReviewPeriodError
from reliability.access.requests import AccessRequest
from reliability.reports.models import SentReport
from reliability.reports.selectors.monthly import last_finished, report_of
from reliability.reports.selectors.subscriptions import list_sent, sent_report
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.errors import Invalid
from reliability.web.zones import zone_named

router = Router(tags=["Reports"])


class ReportShareOut(Schema):
    label: str
    kind: str
    url: str
    part: float = Field(description="of all that was spent")


class ReportObjectiveOut(Schema):
    name: str
    title: str
    state: Literal["met", "missed", "no_data", "left_out"]
    objective: float | None
    sli: float | None
    nines: str = Field(description="in words")
    spent: float | None = Field(description="of the period's budget; null: nothing was measured")
    left: float | None
    before: float | None = Field(description="spent in the period before")
    coverage: float
    url: str
    ledger_url: str
    causes: list[ReportShareOut] = Field(description="of the five that spent most")


class ReportAgreementOut(Schema):
    name: str
    title: str
    customer: str
    period: str
    state: Literal["met", "missed", "running", "no_data"]
    reason: str
    target: float
    availability: float | None
    credit: float | None = Field(description="percent of the fee that is owed")
    url: str
    coverage: float | None = Field(default=None, description="measured share of the time that has passed")


class ReportFigureOut(Schema):
    slug: str
    title: str
    value: float | None = Field(description="times in seconds, shares of 1; null: no data")
    before: float | None
    text: str
    before_text: str
    change: str
    trend: Literal["better", "worse", "same", "unknown"]
    n: int | None
    url: str


class ReportIncidentOut(Schema):
    number: int
    title: str
    severity: str
    url: str


class ReportTrendOut(Schema):
    period: str
    title: str
    met: int
    measured: int
    incidents: int
    severe: int = Field(description="Sev1 and Sev2")
    mttr: float | None = Field(description="seconds, median")
    deployments: int
    fail_rate: float | None
    lead: float | None = Field(description="seconds, median")


class ReportHighlightOut(Schema):
    tone: Literal["bad", "warn", "good"]
    text: str
    rule: str = Field(description="when this is said")
    url: str


class MonthlyReportOut(Schema):
    team: str = Field(description="name; blank for all that the caller may read")
    team_slug: str
    period: str
    title: str
    zone: str
    start: datetime
    end: datetime
    as_of: datetime
    is_over: bool
    objectives: list[ReportObjectiveOut] = Field(description="what spent most first")
    objectives_total: int
    agreements: list[ReportAgreementOut]
    severities: list[ReportFigureOut]
    incidents: list[ReportFigureOut]
    severe: list[ReportIncidentOut]
    delivery: list[ReportFigureOut]
    chaos: list[ReportFigureOut]
    actions: list[ReportFigureOut]
    toil: list[ReportFigureOut]
    trend: list[ReportTrendOut] = Field(description="six periods, the oldest first")
    highlights: list[ReportHighlightOut]


class SentReportOut(Schema):
    id: int
    team: str = Field(description="slug")
    period: str
    zone: str
    made_at: datetime
    note: str = Field(description="what was missing when it was made")


class SentReportFull(SentReportOut):
    numbers: MonthlyReportOut = Field(description="as they were sent; never changed")


class MonthlyReportQuery(Schema):
    model_config = ConfigDict(extra="forbid")

    month: Annotated[
        str, Field(max_length=16, description="2026-10 or 2026-Q3; default: the last month that is over")
    ] = ""
    team: Annotated[str, Field(max_length=63, description="slug; default: all that you may read")] = ""
    tz: Annotated[str, Field(max_length=64, examples=["Europe/Berlin"])] = "UTC"


class SentReportQuery(PageQuery):
    team: Annotated[str, Field(max_length=63, description="slug")] = ""


@router.get(
    "/monthly", response=MonthlyReportOut, operation_id="getMonthlyReport", summary="The report of a month or quarter"
)
def get_monthly(request: AccessRequest, query: Query[MonthlyReportQuery]) -> Any:
    """As of now: late data and edits restate it."""
    now, zone = timezone.now(), zone_named(query.tz).key
    try:
        asked = (
            ReviewPeriod.parse(query.month, zone_name=zone) if query.month else last_finished(now=now, zone_name=zone)
        )
    except ReviewPeriodError as error:
        raise Invalid(details=[{"field": "month", "message": str(error)}]) from error
    if asked.period.start > now:
        raise Invalid(details=[{"field": "month", "message": f"{asked.title} has not begun"}])
    return report_of(caller=request.caller, team_slug=query.team, period=asked, now=now).to_json()


@router.get("/sent", response=Page[SentReportOut], operation_id="listSentReports", summary="Reports that were sent")
def list_all_sent(request: AccessRequest, query: Query[SentReportQuery]) -> Any:
    """The newest first."""
    page = page_of(queryset=list_sent(caller=request.caller, team_slug=query.team), query=query)
    return {**page, "items": [_out(one) for one in page["items"]]}


@router.get("/sent/{int:pk}", response=SentReportFull, operation_id="getSentReport", summary="A report as it was sent")
def get_sent(request: AccessRequest, pk: int) -> Any:
    found = sent_report(caller=request.caller, pk=pk)
    return {**_out(found), "numbers": found.numbers}


def _out(sent: SentReport) -> dict[str, Any]:
    names = ("period", "zone", "made_at", "note")
    return {"id": sent.pk, "team": sent.team.slug, **{name: getattr(sent, name) for name in names}}
