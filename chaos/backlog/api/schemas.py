"""Vulnerabilities, coverage and trials as they are answered, and as callers write them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from chaos.backlog.domain.states import Origin
from chaos.backlog.models import Trial, Vulnerability
from chaos.backlog.selectors.standing import standing_of
from chaos.backlog.selectors.trials import Standing
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.web.api.params import Instant

BacklogLayer = Literal["region", "zone", "cluster", "pod", "node", "process", "component"]
VulnerabilityState = Literal["open", "trying", "confirmed", "refuted", "mended", "accepted"]
VulnerabilityOrigin = Literal["person", "game_day", "coverage", "incident"]
CoverageCell = Literal["held", "deviated", "stale", "unanswered", "scheduled", "planned", "never_tried"]
TrialUnit = Literal["day", "month"]
Why = Annotated[str, Field(max_length=2_000, description="why, for the audit trail")]
Revision = Annotated[int | None, Field(description="what was read; 409 when somebody changed it since")]


class VulnerabilityOut(Schema):
    id: int
    title: str
    team: str
    service: str | None
    layer: BacklogLayer
    hypothesis: str = Field(description="what is feared")
    times_a_year: float
    users_percent: float
    outage_minutes: float
    hours_to_try: float
    hours_to_mend: float
    state: VulnerabilityState
    state_reason: str
    state_at: datetime
    origin: VulnerabilityOrigin
    origin_title: str
    origin_url: str
    odds: float = Field(description="that it is true, 0 to 1, by what runs showed")
    payback: float = Field(description="weighted bad minutes a year for an hour of work; 0: nothing more to do")
    scored_at: datetime
    reasons: list[str] = Field(description="why it stands where it stands")
    created_at: datetime
    updated_at: datetime
    revision: int


class VulnerabilityNoteOut(Schema):
    at: datetime
    author: str
    kind: Literal["note", "state", "evidence", "link"]
    text: str
    state: VulnerabilityState | None
    run: int | None


class VulnerabilityDetail(VulnerabilityOut):
    experiments: list[str] = Field(description="slugs of those that try it")
    evidence: list[int] = Field(description="numbers of the runs that said something of it")


class VulnerabilityFields(Schema):
    model_config = ConfigDict(extra="forbid")

    service: Annotated[str | None, Field(max_length=63)] = None
    layer: BacklogLayer | None = None
    hypothesis: Annotated[str | None, Field(max_length=10_000)] = None
    times_a_year: Annotated[float | None, Field(description="0.01 to 1,000")] = None
    users_percent: Annotated[float | None, Field(description="0.1 to 100")] = None
    outage_minutes: Annotated[float | None, Field(description="0.5 to 10,080")] = None
    hours_to_try: Annotated[float | None, Field(description="0.25 to 2,000")] = None
    hours_to_mend: Annotated[float | None, Field(description="0.25 to 2,000")] = None

    def given(self) -> dict[str, Any]:
        """Fields of a draft that were sent, without the service, which the operation looks up."""
        ours = {"service", "team", "reason", "revision", "origin_key"}
        sent = self.model_dump(exclude_unset=True)
        return {name: value for name, value in sent.items() if name not in ours and value is not None}


class VulnerabilityCreate(VulnerabilityFields):
    team: Annotated[str, Field(max_length=63, description="slug")]
    title: Annotated[str, Field(max_length=200)]
    layer: BacklogLayer = "component"
    origin_key: Annotated[
        str | None, Field(max_length=160, min_length=1, description="the same one again is no second vulnerability")
    ] = None


class VulnerabilityChange(VulnerabilityFields):
    title: Annotated[str | None, Field(max_length=200)] = None
    revision: Revision = None
    reason: Why = ""


class VulnerabilityStateBody(Schema):
    model_config = ConfigDict(extra="forbid")

    state: VulnerabilityState
    reason: Annotated[str, Field(max_length=2_000, description="stands in its history")]


class VulnerabilityNoteBody(Schema):
    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=5_000)]


class VulnerabilityLinkBody(Schema):
    model_config = ConfigDict(extra="forbid")

    experiment: Annotated[str, Field(max_length=63, description="slug, of the same team")]


class CoverageCellOut(Schema):
    layer: BacklogLayer
    state: CoverageCell
    verdict: Literal["held", "deviated"] | None = Field(description="of the newest real run that gave an answer")
    answered_at: datetime | None
    runs: int = Field(description="real ones that were begun and ended")
    next_at: datetime | None
    experiments: int


class CoverageRowOut(Schema):
    service: str
    team: str
    tier: int
    tried: int = Field(description="layers with an answer within the days")
    cells: list[CoverageCellOut]


class CoverageTotalsOut(Schema):
    services: int
    cells: int
    tried: int
    ever: int
    days: int


class TrialObjectiveOut(Schema):
    name: Literal["RTO", "RPO"]
    asked_seconds: int
    measured_seconds: float | None = Field(description="null: not measured, which is not 0")
    is_met: bool | None


class TrialOut(Schema):
    id: int
    experiment: str
    team: str
    service: str | None
    every_count: int
    every_unit: TrialUnit
    first_due_at: datetime
    due_at: datetime
    succeeded_at: datetime | None = Field(description="when a real run last held")
    is_overdue: bool
    is_enabled: bool
    remind_days: int
    objectives: list[TrialObjectiveOut] = Field(description="against the newest real run")
    run: int | None = Field(description="that measured them")
    revision: int


class TrialFields(Schema):
    model_config = ConfigDict(extra="forbid")

    every_count: int | None = None
    every_unit: TrialUnit | None = None
    first_due_at: Instant | None = None
    remind_days: int | None = None
    is_enabled: bool | None = None
    channels: Annotated[list[Annotated[str, Field(max_length=63)]] | None, Field(max_length=20)] = None
    people: Annotated[list[Annotated[str, Field(max_length=254)]] | None, Field(max_length=20)] = None
    reason: Why = ""

    def given(self) -> dict[str, Any]:
        ours = {"experiment", "channels", "people", "reason", "revision"}
        return {name: getattr(self, name) for name in self.model_fields_set - ours if getattr(self, name) is not None}


class TrialCreate(TrialFields):
    experiment: Annotated[str, Field(max_length=63, description="slug of a disaster recovery trial")]


class TrialChange(TrialFields):
    revision: Revision = None


def vulnerability_out(row: Vulnerability, *, caller: Caller) -> dict[str, Any]:
    """Its evidence should be at hand: the reasons are reckoned from it."""
    service = visible(caller=caller, related=row.service)
    names = (
        "title", "layer", "hypothesis", "times_a_year", "users_percent", "outage_minutes", "hours_to_try",
        "hours_to_mend", "state", "state_reason", "state_at", "origin_title", "origin_url", "odds", "payback",
        "scored_at", "created_at", "updated_at", "revision",
    )  # fmt: skip
    return {
        "id": row.pk,
        "team": row.team.slug,
        "service": service.name if service else None,
        "origin": Origin(row.origin).value,
        "reasons": list(standing_of(row).reasons),
        **{name: getattr(row, name) for name in names},
    }


def trial_out(standing: Standing, *, caller: Caller) -> dict[str, Any]:
    trial: Trial = standing.trial
    service = visible(caller=caller, related=trial.experiment.service)
    names = (
        "every_count", "every_unit", "first_due_at", "due_at", "succeeded_at", "is_enabled", "remind_days", "revision"
    )  # fmt: skip
    return {
        "id": trial.pk,
        "experiment": trial.experiment.slug,
        "team": trial.team.slug,
        "service": service.name if service else None,
        "is_overdue": standing.is_overdue,
        "objectives": [
            {
                "name": one.name,
                "asked_seconds": one.asked_seconds,
                "measured_seconds": one.measured_seconds,
                "is_met": one.is_met,
            }
            for one in standing.measured
        ],
        "run": standing.newest.pk if standing.newest else None,
        **{name: getattr(trial, name) for name in names},
    }
