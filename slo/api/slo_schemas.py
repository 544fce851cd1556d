"""Objectives on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import ConfigDict, Field

from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.web.api.params import Instant, Name
from slo.api.references import Hidden, hidden
from slo.domain.budgeting import BudgetingMethod
from slo.domain.status import State
from slo.domain.windows import parse_window
from slo.models import Slo, SloStatus, SloVersion

Ratio = Annotated[
    float | str,
    Field(
        description="a ratio between 0 and 1, as a number or as text with up to 12 digits after the point",
        examples=[0.999, "0.9999"],
    ),
]
Window = Annotated[
    dict[str, Any],
    Field(
        description=(
            '{"rolling": "28d"}, or {"calendar": {"count": 1, "unit": "month", "start": "2026-01-01T00:00:00", '
            '"time_zone": "Europe/Berlin"}} with unit minute, hour, day, week, month, quarter or year'
        ),
        examples=[{"rolling": "28d"}],
    ),
]
Labels = dict[str, str | list[str]]


class SloFields(Schema):
    """What an objective asks for, its indicator apart."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=160, examples=["Checkout succeeds"])]
    team: Annotated[str, Field(max_length=63, description="slug of the owner")]
    objective: Ratio
    window: Window
    service: Annotated[str | None, Field(max_length=63)] = None
    description: Annotated[str, Field(max_length=10_000)] = ""
    budgeting_method: BudgetingMethod = BudgetingMethod.OCCURRENCES
    slice_minutes: Annotated[int | None, Field(ge=1, le=1440, description="for Timeslices and RatioTimeslices")] = None
    slice_target: Annotated[Ratio | None, Field(description="for Timeslices: when a slice is good")] = None
    counts_no_data_as_bad: Annotated[bool, Field(description="slices without data are bad, not left out")] = False
    labels: Labels = Field(default_factory=dict)
    alert_policies: list[Annotated[str, Field(max_length=63)]] = Field(default_factory=list)


class SloCreate(SloFields):
    name: Name
    sli: Annotated[str, Field(max_length=63, description="name of the SLI it measures by")]
    effective_from: Annotated[Instant | None, Field(description="from when it counts; now when left out")] = None
    reason: Annotated[str, Field(max_length=2000, description="why, for the audit trail")] = ""


class SloReplace(SloFields):
    sli: Annotated[
        str | None, Field(max_length=63, description="null leaves an SLI that is private to another team as it is")
    ]
    revision: Annotated[int | None, Field(description="the revision this edit was made from; 409 when it is old")] = (
        None
    )
    effective_from: Annotated[
        Instant | None, Field(description="from when the new definition counts; the past is restated from then on")
    ] = None
    reason: Annotated[str, Field(max_length=2000)] = ""


class SloPatch(Schema):
    """Any of the fields; those left out stay."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=160)] = ""
    team: Annotated[str, Field(max_length=63)] = ""
    sli: Annotated[str | None, Field(max_length=63)] = None
    objective: Ratio = ""
    window: Window = Field(default_factory=dict)
    service: Annotated[str | None, Field(max_length=63)] = None
    description: Annotated[str, Field(max_length=10_000)] = ""
    budgeting_method: BudgetingMethod = BudgetingMethod.OCCURRENCES
    slice_minutes: Annotated[int | None, Field(ge=1, le=1440)] = None
    slice_target: Ratio | None = None
    counts_no_data_as_bad: bool = False
    labels: Labels = Field(default_factory=dict)
    alert_policies: list[Annotated[str, Field(max_length=63)]] = Field(default_factory=list)
    revision: int | None = None
    effective_from: Instant | None = None
    reason: Annotated[str, Field(max_length=2000)] = ""


class PeriodOut(Schema):
    """Half-open: the start belongs to it, the end does not."""

    start: datetime
    end: datetime


class SloSummary(Schema):
    """The newest evaluation; the status endpoint computes afresh."""

    state: State
    reason: str = Field(description="why it is in this state, or why there is no newer evaluation")
    evaluated_at: datetime
    measured_until: datetime | None
    window: PeriodOut
    sli: float | None
    good: float | None
    valid: float | None
    coverage: float
    consumed: float | None
    remaining: float | None
    burn_rates: dict[str, float | None]
    forecast_exhausted_at: datetime | None


class SloOut(Schema):
    name: str
    title: str
    description: str
    team: str
    service: str | None
    sli: str | None
    hidden: Hidden
    objective: float
    window: dict[str, Any]
    window_text: str
    budgeting_method: BudgetingMethod
    slice_minutes: int | None
    slice_target: float | None
    counts_no_data_as_bad: bool
    labels: dict[str, Any]
    alert_policies: list[str]
    revision: int
    effective_from: datetime
    created_at: datetime
    updated_at: datetime
    status: SloSummary | None = Field(description="null until the first evaluation")


class SloVersionOut(Schema):
    """What the objective asked for from `effective_from` on."""

    id: int
    effective_from: datetime
    sli: str | None = Field(description="null: private to another team")
    objective: float
    window: dict[str, Any]
    window_text: str
    budgeting_method: BudgetingMethod
    slice_minutes: int | None
    slice_target: float | None
    counts_no_data_as_bad: bool
    author: str
    reason: str
    created_at: datetime


def definition_out(version: SloVersion, *, caller: Caller) -> dict[str, Any]:
    """The fields that an objective and its versions share."""
    sli = visible(caller=caller, related=version.sli)
    return {
        "sli": sli.name if sli else None,
        "objective": version.objective,
        "window": version.window,
        "window_text": parse_window(version.window).describe(),
        "budgeting_method": version.budgeting_method,
        "slice_minutes": version.slice_minutes,
        "slice_target": version.slice_target,
        "counts_no_data_as_bad": version.counts_no_data_as_bad,
        "effective_from": version.effective_from,
    }


def version_out(version: SloVersion, *, caller: Caller) -> dict[str, Any]:
    return {
        "id": version.pk,
        **definition_out(version, caller=caller),
        "author": version.author_name,
        "reason": version.reason,
        "created_at": version.created_at,
    }


def slo_out(slo: Slo, version: SloVersion, *, caller: Caller) -> dict[str, Any]:
    status = getattr(slo, "status", None)
    service = visible(caller=caller, related=slo.service)
    return {
        "name": slo.name,
        "title": slo.title,
        "description": slo.description,
        "team": slo.team.slug,
        "service": service.name if service else None,
        "hidden": hidden(caller=caller, service=slo.service, sli=version.sli),
        **definition_out(version, caller=caller),
        "labels": slo.labels,
        "alert_policies": slo.alert_policies,
        "revision": slo.revision,
        "created_at": slo.created_at,
        "updated_at": slo.updated_at,
        "status": summary_out(status) if status else None,
    }


def summary_out(status: SloStatus) -> dict[str, Any]:
    return {
        "state": status.state,
        "reason": status.state_reason,
        "evaluated_at": status.evaluated_at,
        "measured_until": status.measured_until,
        "window": {"start": status.window_start_at, "end": status.window_end_at},
        "sli": status.sli,
        "good": status.good,
        "valid": status.valid,
        "coverage": status.coverage,
        "consumed": status.consumed,
        "remaining": status.remaining,
        "burn_rates": status.burn_rates,
        "forecast_exhausted_at": status.forecast_exhausted_at,
    }
