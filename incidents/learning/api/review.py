"""/api/v1/review: what a month or a quarter of incidents teaches."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from chaos.runs.domain.states import Verdict
from incidents.learning.domain.periods import ReviewPeriod, ReviewPeriodError
from incidents.learning.domain.shown import OfPeriod
from incidents.learning.selectors.agendas import agenda
from incidents.learning.selectors.review import Review, Scope, review_of
from incidents.response.domain.figures import Durations
from reliability.access.requests import AccessRequest
from reliability.catalog.selectors.services import check_names
from reliability.web.errors import Invalid

router = Router(tags=["Incident review"])


class ReviewQuery(Schema):
    model_config = ConfigDict(extra="forbid")

    period: Annotated[str, Field(max_length=16, description="2026-10 or 2026-Q3; default: the month of now")] = ""
    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    service: Annotated[str, Field(max_length=63)] = ""


class ReviewDurations(Schema):
    n: int
    median_seconds: float | None
    mean_seconds: float | None
    p90_seconds: float | None


class ReviewTrend(Schema):
    period: str
    incidents: int
    by_severity: dict[str, int] = Field(description="Sev1 to Sev5")
    mttd: ReviewDurations
    mtta: ReviewDurations
    mttr: ReviewDurations = Field(description="from the start of the incident")
    mtbf: ReviewDurations = Field(description="start to start, within the period")
    mttf: ReviewDurations = Field(description="end to next start; overlapping incidents are one")


class ReviewCount(Schema):
    name: str
    title: str
    now: int
    before: int


class ReviewActions(Schema):
    opened: int
    closed: int
    verified: int
    unproven: int
    cancelled: int
    reopened: int
    overdue: int = Field(description="at the end of the period, or now")


class ReviewBudget(Schema):
    slo: str
    title: str
    spent: float | None = Field(description="share of the period's error budget; null: nothing was measured")
    spent_before: float | None
    sli: float | None
    coverage: float
    is_left_out: bool = Field(description="not reckoned here: one of too many over time slices")


class ReviewLink(Schema):
    title: str
    url: str = Field(description="a path of this installation")


class ReviewPoint(Schema):
    title: str
    why: str
    ask: str
    links: list[ReviewLink]
    more: int


class PeriodReviewOut(Schema):
    period: str
    start: datetime = Field(serialization_alias="from")
    end: datetime = Field(serialization_alias="to")
    is_over: bool
    is_cut_off: bool = Field(description="there were more incidents than are read: the newest ones count")
    trend: list[ReviewTrend] = Field(description="six periods, the oldest first, this one last")
    services: list[ReviewCount]
    factors: list[ReviewCount] = Field(description="incidents by category of contributing factor")
    actions: ReviewActions
    actions_before: ReviewActions
    budgets: list[ReviewBudget]
    experiments: list[ReviewCount] = Field(description="real runs that ended, by verdict")
    agenda: list[ReviewPoint]


@router.get(
    "", response=PeriodReviewOut, by_alias=True, operation_id="getReview", summary="What a month or a quarter teaches"
)
def get_review(request: AccessRequest, query: Query[ReviewQuery]) -> Any:
    """Incidents, figures, factors, actions, budgets and experiments, beside those of the period before."""
    now = timezone.now()
    try:
        asked = ReviewPeriod.parse(query.period) if query.period else ReviewPeriod.month_of(now)
    except ReviewPeriodError as error:
        raise Invalid(details=[{"field": "period", "message": str(error)}]) from error
    check_names(caller=request.caller, team_slug=query.team, service_name=query.service)
    scope = Scope(query.team, query.service)
    found = review_of(caller=request.caller, review=asked, scope=scope, now=now)
    return _out(request, found)


def _out(request: AccessRequest, found: Review) -> dict[str, Any]:
    return {
        "period": found.review.slug,
        "start": found.period.start,
        "end": found.period.end,
        "is_over": found.is_over,
        "is_cut_off": found.incidents.is_cut_off,
        "trend": [_trend(one) for one in found.incidents.trend],
        "services": [
            {"name": one.service.name, "title": one.service.title, "now": one.incidents, "before": one.before}
            for one in found.incidents.services
        ],
        "factors": [
            {"name": one.category.value, "title": one.category.words, "now": one.postmortems, "before": one.before}
            for one in found.factors
        ],
        "actions": found.actions,
        "actions_before": found.actions_before,
        "budgets": [
            {
                "slo": one.name,
                "title": one.title,
                "spent": one.consumed,
                "spent_before": one.before,
                "sli": one.sli,
                "coverage": one.coverage,
                "is_left_out": one.is_left_out,
            }
            for one in found.budgets.rows
        ],
        "experiments": [
            {"name": one.value, "title": one.words, "now": found.runs.by_verdict[one], "before": found.runs.before[one]}
            for one in Verdict
        ],
        "agenda": agenda(caller=request.caller, review=found),
    }


def _trend(one: OfPeriod) -> dict[str, Any]:
    figures = one.figures
    return {
        "period": one.review.slug,
        "incidents": figures.n,
        "by_severity": {severity.word: count for severity, count in one.by_severity.items()},
        "mttd": _durations(figures.mttd),
        "mtta": _durations(figures.mtta),
        "mttr": _durations(figures.mttr_from_start),
        "mtbf": _durations(figures.mtbf),
        "mttf": _durations(one.mttf),
    }


def _durations(found: Durations) -> dict[str, Any]:
    values = {name: getattr(found, name) for name in ("median", "mean", "p90")}
    return {
        "n": found.n,
        **{f"{name}_seconds": None if value is None else value.total_seconds() for name, value in values.items()},
    }
