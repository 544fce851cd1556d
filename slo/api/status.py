"""/api/v1/slos/{name}/status, burn and history: numbers unrounded, null where undefined."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from django.conf import settings
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from reliability.access.requests import AccessRequest
from reliability.kit.instants import floor_minute
from reliability.kit.periods import Period
from reliability.web.api.params import Duration, Instant
from reliability.web.errors import Invalid
from slo.api.slo_schemas import PeriodOut
from slo.domain.budgeting import BudgetingMethod
from slo.domain.status import State
from slo.selectors import burn, history, slos, status

router = Router(tags=["SLOs"])

At = Annotated[Instant | None, Query(description="the instant asked about; now when left out")]
Restated = Annotated[
    bool, Query(description="judge the past by the newest version, not by the one in force at the time")
]


class BudgetOut(Schema):
    """Shares of the whole budget; below 0 and above 1 when overspent. null without data."""

    consumed: float | None
    remaining: float | None
    remaining_minutes: float | None = Field(
        description="minutes that may still go bad; only for methods that count slices"
    )


class StatusOut(Schema):
    slo: str
    at: datetime
    state: State
    reason: str = Field(description="why it is in this state")
    objective: float
    sli: float | None
    good: float | None
    valid: float | None
    budgeting_method: BudgetingMethod
    window: PeriodOut
    window_text: str
    coverage: float = Field(description="measured share of the minutes of the window so far, 0 to 1")
    budget: BudgetOut
    burn_rates: dict[str, float | None] = Field(
        description="per window up to `at`; 1 spends the budget exactly in the SLO's window",
        examples=[{"5m": 0.0, "1h": 1.25, "6h": None}],
    )
    forecast_exhausted_at: datetime | None
    forecast_reason: str
    measured_until: datetime | None
    version: int = Field(description="id of the version that judged")
    basis: str = Field(description="which version that is, in words")
    restated: bool
    excluded_minutes: int
    adjusted: float = Field(description="part of budget.consumed that people added (or took off, negative)")
    warnings: list[str]


class BurnOut(Schema):
    slo: str
    at: datetime
    window: PeriodOut
    burn_rate: float | None
    sli: float | None
    good: float | None
    valid: float | None
    coverage: float


class HistoryPointOut(Schema):
    start: datetime
    end: datetime
    sli: float | None
    good: float
    valid: float
    coverage: float
    objective: float


class HistoryOut(Schema):
    slo: str
    window: PeriodOut = Field(description="the period asked for")
    step_seconds: int
    restated: bool
    points: list[HistoryPointOut]


class HistoryQuery(Schema):
    from_: Annotated[
        Instant | None,
        Field(
            alias="from", description="28 days before `to` when left out; at most as long before it as minutes are kept"
        ),
    ] = None
    to: Annotated[Instant | None, Field(description="now when left out")] = None
    step: Annotated[Duration | None, Field(description="whole minutes; chosen to fit when left out")] = None
    restated: bool = False


@router.get("/{name}/status", response=StatusOut, operation_id="getSloStatus", summary="Status of an SLO")
def get_status(request: AccessRequest, name: str, at: At = None, restated: Restated = False) -> Any:
    """Budget, burn rates, forecast and coverage at an instant, computed from the stored minutes."""
    now = timezone.now()
    slo = slos.get_slo(caller=request.caller, name=name)
    view = status.status_of(slo=slo, at=at or now, now=now, is_restated=restated)
    return {
        "slo": view.slo,
        "at": view.at,
        "state": view.state,
        "reason": view.state_reason,
        "objective": view.objective,
        "sli": view.sli,
        "good": view.good,
        "valid": view.valid,
        "budgeting_method": view.budgeting_method,
        "window": {"start": view.window.start, "end": view.window.end},
        "window_text": view.window_text,
        "coverage": view.coverage,
        "budget": {
            "consumed": view.budget.consumed,
            "remaining": view.budget.remaining,
            "remaining_minutes": view.budget.remaining_minutes,
        },
        "burn_rates": view.burn_rates,
        "forecast_exhausted_at": view.forecast_exhausted_at,
        "forecast_reason": view.forecast_reason,
        "measured_until": view.measured_until,
        "version": view.version_id,
        "basis": view.basis,
        "restated": view.is_restated,
        "excluded_minutes": view.excluded_minutes,
        "adjusted": view.adjusted,
        "warnings": list(view.warnings),
    }


@router.get("/{name}/burn", response=BurnOut, operation_id="getSloBurn", summary="Burn rate over one window")
def get_burn(
    request: AccessRequest,
    name: str,
    window: Annotated[
        Duration | None, Query(description="whole minutes, such as 5m, 1h or 3d; 1h when left out")
    ] = None,
    at: At = None,
) -> Any:
    """How fast the budget burns over `[at − window, at)`: 1 spends it exactly in the SLO's window."""
    now = timezone.now()
    slo = slos.get_slo(caller=request.caller, name=name)
    view = burn.burn_of(slo=slo, window=window or timedelta(hours=1), at=at or now, now=now)
    return {
        "slo": view.slo,
        "at": view.period.end,
        "window": {"start": view.period.start, "end": view.period.end},
        "burn_rate": view.burn_rate,
        "sli": view.sli,
        "good": view.good,
        "valid": view.valid,
        "coverage": view.coverage,
    }


@router.get("/{name}/history", response=HistoryOut, operation_id="getSloHistory", summary="SLI over time")
def get_history(request: AccessRequest, name: str, query: Query[HistoryQuery]) -> Any:
    """The SLI in steps. A step without data is a gap (sli null), not 0 and not 1."""
    now = timezone.now()
    slo = slos.get_slo(caller=request.caller, name=name)
    period = period_of(query, now)
    step = query.step or history.step_for(period=period)
    points = history.history_of(slo=slo, period=period, step=step, now=now, is_restated=query.restated)
    return {
        "slo": slo.name,
        "window": {"start": period.start, "end": period.end},
        "step_seconds": int(step.total_seconds()),
        "restated": query.restated,
        "points": [
            {
                "start": point.start,
                "end": point.end,
                "sli": point.sli,
                "good": point.good,
                "valid": point.valid,
                "coverage": point.coverage,
                "objective": point.objective,
            }
            for point in points
        ],
    }


def period_of(query: HistoryQuery, now: datetime) -> Period:
    """What a question for history asks about. Raises Invalid."""
    end = floor_minute(query.to or now)
    start = floor_minute(query.from_) if query.from_ else end - timedelta(days=28)
    if start >= end:
        raise Invalid(details=[{"field": "from", "message": "must be earlier than `to` by a minute or more"}])
    kept_days = settings.SERIES_RETENTION_DAYS
    if end - start > timedelta(days=kept_days):
        message = f"must be at most {kept_days} days before `to`: minutes are kept no longer (SERIES_RETENTION_DAYS)"
        raise Invalid(details=[{"field": "from", "message": message}])
    return Period(start, end)
