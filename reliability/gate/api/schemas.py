"""The gate as it is answered, and as callers write its policies, freezes and overrides."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from reliability.web.api.params import Instant

DecisionWord = Literal["go", "go_with_warnings", "no_go"]
KindWord = Literal["change", "security", "rollback", "hotfix", "reliability"]
PassingWord = Literal["security", "rollback", "hotfix", "reliability"]
ReasonWord = Literal[
    "budget_freeze", "shift_work", "freeze_window", "incident", "experiment", "no_data", "no_objective", "no_policy",
    "unknown_environment", "not_production",
]  # fmt: skip
EffectWord = Literal["blocks", "warns", "notes", "excepted", "overridden"]
ActionWord = Literal["freeze", "shift_work"]
MeasureWord = Literal["budget_left", "burn_rate_1h"]
HeedWord = Literal["block", "warn", "ignore"]
RepeatWord = Literal["never", "daily", "weekdays", "weekly", "fortnightly", "monthly", "yearly"]
Slug = Annotated[str, Field(max_length=63)]
Environment = Annotated[str, Field(max_length=120, examples=["production"])]
Revision = Annotated[int | None, Field(description="what was read; 409 when somebody changed it since")]


class GateReason(Schema):
    kind: ReasonWord
    effect: EffectWord = Field(
        description="excepted: would have blocked another kind of change; overridden: by a person; notes: no effect"
    )
    words: str
    url: str = Field(description="address of the page that tells more; blank for none, or none that you may read")
    until: datetime | None = Field(description="when it ends, if that is known")


class GateOverrideOut(Schema):
    id: int
    team: str
    service: str
    environment: str
    revision: str = Field(description="blank: any")
    reason: str
    by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    revoked_by: str
    is_live: bool


class RuleInForce(Schema):
    action: ActionWord
    words: str
    reason: str
    since: datetime
    work_percent: int


class PolicyInForce(Schema):
    id: int
    title: str
    version: int
    url: str = Field(description="address of its page")
    decides: str
    rules: list[RuleInForce]


class GateAnswer(Schema):
    decision: DecisionWord
    is_go: bool = Field(description="false only for no_go")
    service: str
    environment: str
    is_production: bool
    kind: KindWord
    revision: str
    at: datetime
    reasons: list[GateReason] = Field(description="what blocks first")
    override: GateOverrideOut | None = Field(description="the override that holds for what was asked")
    policy_in_force: PolicyInForce | None = Field(description="the error-budget policy, while a rule of it is in force")
    url: str = Field(description="address of the page that shows this, and the form to override it")


class GateDecisionOut(Schema):
    id: int
    team: str
    service: str
    environment: str
    revision: str
    kind: KindWord
    decision: DecisionWord
    reasons: list[GateReason]
    override_id: int | None
    asked_at: datetime
    last_asked_at: datetime
    times_asked: int
    asked_by: str


class GateOverrideCreate(Schema):
    model_config = ConfigDict(extra="forbid")

    service: Slug
    environment: Environment = "production"
    reason: Annotated[str, Field(max_length=500)]
    expires_at: Annotated[Instant, Field(description="within 24 hours")]
    revision: Annotated[str, Field(max_length=255, description="blank: any")] = ""


class GateOverrideRevoke(Schema):
    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(max_length=500)] = ""


class BudgetRule(Schema):
    model_config = ConfigDict(extra="forbid")

    action: ActionWord
    measure: MeasureWord = "budget_left"
    threshold: Annotated[float, Field(description="budget_left: in force at or below this share; burn rate: above")]
    until: Annotated[float, Field(description="budget_left: over above this share; burn rate: at or below")]
    hold_minutes: Annotated[int, Field(ge=0, le=129_600, description="in force at least so long")] = 0
    slo: Annotated[str, Field(max_length=63, description="name of an objective; blank: any of the service")] = ""
    work_percent: Annotated[int, Field(ge=0, le=100, description="of shift_work")] = 0


class PolicyTerms(Schema):
    model_config = ConfigDict(extra="forbid")

    rules: Annotated[list[BudgetRule], Field(max_length=6)]
    passes: list[PassingWord] = Field(default=["security", "rollback", "hotfix", "reliability"])
    decides: Annotated[str, Field(max_length=300)] = ""
    agreed_by: Annotated[str, Field(max_length=300)] = ""
    review_on: date | None = None
    text: Annotated[str, Field(max_length=10_000, description="Markdown")] = ""


class BudgetPolicyCreate(PolicyTerms):
    team: Annotated[Slug, Field(description="slug")]
    title: Annotated[str, Field(max_length=120)]
    is_team_default: bool = False
    reason: Annotated[str, Field(max_length=500)] = ""


class BudgetPolicyPut(PolicyTerms):
    title: Annotated[str, Field(max_length=120)]
    is_team_default: bool = False
    reason: Annotated[str, Field(max_length=500)] = ""
    revision: Revision = None


class BudgetPolicyOut(PolicyTerms):
    model_config = ConfigDict(extra="ignore")

    id: int
    team: str
    title: str
    is_team_default: bool
    revision: int
    updated_at: datetime
    updated_by: str


class PolicyChoicePut(Schema):
    model_config = ConfigDict(extra="forbid")

    policy: Annotated[str, Field(max_length=20, description='id of a policy, "default" or "none"')]


class FreezeFields(Schema):
    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(max_length=120)]
    reason: Annotated[str, Field(max_length=500)]
    start: Annotated[Instant, Field(description="of the first time")]
    end: Instant
    time_zone: Annotated[str, Field(max_length=63, examples=["Europe/Berlin"])] = "UTC"
    environment: Annotated[str, Field(max_length=120, description="blank: production; *: every one")] = ""
    repeats: RepeatWord = "never"
    repeats_until: Instant | None = None
    passes: list[PassingWord] = Field(default=[])
    may_be_overridden: bool = True
    services: list[Slug] = Field(default=[], max_length=100, description="none: all of the team's")
    is_for_all: bool | None = Field(
        default=None, description="says of no services what is meant: needed once all that a window named are gone"
    )


class FreezeCreate(FreezeFields):
    team: Annotated[str | None, Field(max_length=63, description="slug; null: the whole installation")]


class FreezePut(FreezeFields):
    revision: Revision = None


class FreezeOut(Schema):
    id: int
    team: str | None
    title: str
    reason: str
    start: datetime
    end: datetime
    time_zone: str
    environment: str
    repeats: RepeatWord
    repeats_until: datetime | None
    passes: list[PassingWord]
    may_be_overridden: bool
    services: list[str] = Field(description="those that are still of the team")
    is_for_all: bool = Field(description="no service was named: all of the team's")
    holds_until: datetime | None = Field(description="null: it does not hold now")
    revision: int


class TeamGateBody(Schema):
    model_config = ConfigDict(extra="forbid")

    incidents: HeedWord = Field(default="block", description="open Sev1 and Sev2 on the service")
    incidents_of_needs: HeedWord = Field(default="block", description="on what it cannot do without")
    experiments: HeedWord = Field(default="block", description="a fault is in place on the service")
    no_data: Literal["block", "warn"] = "warn"
    override_role: Literal["responder", "editor", "administrator"] = "responder"
    channel: Annotated[str, Field(max_length=63, description="of the team; blank: administrators and editors")] = ""


class TeamGateOut(TeamGateBody):
    model_config = ConfigDict(extra="ignore")

    team: str
