"""Bodies and answers of burn alerts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from reliability.web.api.paging import PageQuery
from slo.api.slo_schemas import PeriodOut
from slo.domain.alerting_rules import Operator, Origin
from slo.domain.alerting_steps import Why


class BurnAlertOut(Schema):
    id: int
    slo: str
    team: str
    service: str | None = Field(description="null without a service, or where it is private to another team")
    condition: str
    kind: Literal["burn", "no_data"]
    state: Literal["firing", "resolved"]
    severity: int = Field(description="1 is the worst")
    urgency: Literal["urgent", "normal"]
    title: str
    text: str
    numbers: dict[str, Any]
    fired_at: datetime
    fire_reason: str
    resolved_at: datetime | None
    resolve_reason: str


class BurnAlertQuery(PageQuery):
    team: Annotated[str, Field(max_length=63, description="slug of the owner")] = ""
    service: Annotated[str, Field(max_length=63)] = ""
    slo: Annotated[str, Field(max_length=63)] = ""
    severity: Annotated[int | None, Field(ge=1, le=5)] = None
    state: Literal["firing", "resolved"] | None = None


class RuleOut(Schema):
    condition: str
    title: str
    words: str
    origin: Origin
    severity: int
    urgency: Literal["urgent", "normal"]
    op: Operator
    threshold: float
    long_window: str
    short_window: str | None
    alert_after_seconds: int
    budget_share: float | None = Field(description="of the budget, spent within the long window at the threshold")
    targets: list[str] = Field(
        description="notification targets that an OpenSLO policy names: the first that is the slug of an escalation "
        "policy pages, else the policy of the service or the team"
    )
    state: Why
    reason: str
    burn_long: float | None
    burn_short: float | None
    coverage: float = Field(description="measured share of the long window, 0 to 1")
    firing_since: datetime | None


class SilenceWatchOut(Schema):
    after_minutes: int
    severity: int
    state: Why
    reason: str
    firing_since: datetime | None


class SloAlertsOut(Schema):
    slo: str
    at: datetime
    measured_until: datetime | None
    rules: list[RuleOut]
    silence: SilenceWatchOut | None = Field(description="null where nobody watches for missing data")
    warnings: list[str] = Field(description="rules that can never fire, documents without effect")
    alerts: list[BurnAlertOut] = Field(description="the newest hundred")


class ConditionBody(Schema):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=63, examples=["fast-burn"])]
    title: Annotated[str, Field(max_length=120)] = ""
    op: Operator = Operator.GT
    threshold: Annotated[float, Field(examples=[14.4])]
    lookback: Annotated[str, Field(max_length=20, examples=["1h"])]
    short: Annotated[str | None, Field(max_length=20, examples=["5m"])] = None
    alert_after: Annotated[str | None, Field(max_length=20)] = None
    severity: Annotated[int, Field(ge=1, le=5)]


class AlertingBody(Schema):
    """All of it: what is left out takes its default."""

    model_config = ConfigDict(extra="forbid")

    has_page: Annotated[bool, Field(description="2 % of the budget in 1 h, 5 % in 6 h; Sev2")] = True
    has_ticket: Annotated[bool, Field(description="10 % of the budget in 1 d, 10 % in 3 d; Sev3")] = True
    min_bad_events: Annotated[float, Field(ge=0, description="within the long window; fewer do not fire")] = 5.0
    min_valid_events: Annotated[float, Field(ge=0)] = 0.0
    cold_start_bad_events: Annotated[
        float, Field(ge=0, description="so many may fire before the long window is measured")
    ] = 50.0
    watches_silence: Annotated[bool | None, Field(description="null: unless counts are pushed")] = None
    silence_minutes: int = 15
    silence_severity: Annotated[int, Field(ge=1, le=5)] = 4
    counts_no_traffic: Annotated[bool, Field(description="minutes without a valid event are silent, too")] = False
    conditions: list[ConditionBody] = Field(default_factory=list)


class AlertingReplace(AlertingBody):
    revision: Annotated[int | None, Field(description="of what was read; 409 when somebody saved since")] = None
    reason: Annotated[str, Field(max_length=2000)] = ""


class AlertingOut(AlertingBody):
    slo: str
    revision: int = Field(description="0 while nobody has saved any settings")
    warnings: list[str]


class FiringOut(Schema):
    condition: str
    began_at: datetime = Field(description="when the burn that set it off began")
    fired_at: datetime
    resolved_at: datetime | None
    detection_seconds: int
    peak_burn: float
    budget_spent: float = Field(description="share of the budget, from the beginning to the end")


class RuleReplayOut(Schema):
    condition: str
    title: str
    firings: int
    significant: int | None = Field(description="firings that spent the rule's share of the budget or more")
    precision: float | None
    detection_seconds: float | None = Field(description="median")


class ReplayOut(Schema):
    slo: str
    window: PeriodOut
    measured_minutes: int
    rules: list[RuleReplayOut]
    firings: list[FiringOut]
