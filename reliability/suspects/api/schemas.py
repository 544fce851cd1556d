"""What suspects look like in the API."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from ninja import Schema
from pydantic import ConfigDict, Field

from reliability.suspects.domain.kinds import CaseKind, VerdictState
from reliability.suspects.selectors.cases import SuspectJudgement
from reliability.suspects.services.verdicts import REASON_MAX
from reliability.web.api.paging import PageQuery
from reliability.web.api.params import Duration, Instant


class SuspectCasesQuery(PageQuery):
    model_config = ConfigDict(populate_by_name=True, extra="forbid")

    team: Annotated[str, Field(max_length=63, description="slug of the owner of the objective or incident")] = ""
    service: Annotated[str, Field(max_length=63)] = ""
    slo: Annotated[str, Field(max_length=63)] = ""
    incident: Annotated[int | None, Field(ge=1, le=2**62, description="number")] = None
    kind: CaseKind | None = None
    small: Annotated[bool, Field(description="also burns that spent less than 2 % and fired no alert")] = True
    start: Annotated[Instant | None, Field(alias="from", description="began at or after")] = None
    end: Annotated[Instant | None, Field(alias="to", description="began before")] = None


class SuspectsQuery(SuspectCasesQuery):
    verdict: VerdictState | None = None


class JudgedCasesQuery(SuspectCasesQuery):
    judged: SuspectJudgement | None = None


class SuspectReason(Schema):
    kind: str = Field(description="time, distance, record or late")
    text: str
    value: float | None = Field(description="seconds before, steps, or share of earlier ones that failed")


class SuspectOut(Schema):
    """A change that may have caused the burn or incident. Of a team that keeps to itself: `is_hidden`, no name."""

    id: int
    case: int = Field(description="id of the burn or incident it is suspected of")
    kind: str
    label: str
    is_hidden: bool
    deployment: int | None
    service: str | None
    began_at: datetime
    ended_at: datetime | None
    place: int | None = Field(description="1 for the first; null: under no suspicion any more")
    score: float = Field(description="0 to 1")
    first_place: int | None = Field(description="of the first ranking, which is kept; null: told of later")
    first_score: float | None
    reasons: list[SuspectReason]
    verdict: VerdictState
    verdict_reason: str
    verdict_by: str
    verdict_at: datetime | None


class SuspectCaseOut(Schema):
    id: int
    kind: CaseKind
    team: str
    slo: str | None
    incident: int | None
    service: str | None
    title: str
    started_at: datetime
    ended_at: datetime | None
    budget_spent: float | None = Field(description="share of the budget of the objective's whole window")
    blame_window_seconds: int
    ranked_at: datetime | None = Field(description="when it was first ranked")
    reranked_at: datetime | None = Field(description="when it was last ranked anew and differed")
    suspects: list[SuspectOut]


class SuspectVerdictPut(Schema):
    verdict: VerdictState = Field(description="open takes it back")
    reason: Annotated[str, Field(max_length=REASON_MAX, description="needed to reject")] = ""


class SuspectPrecision(Schema):
    """hits of judged; value null where nothing was judged."""

    hits: int
    judged: int
    value: float | None


class SuspectPrecisionMonth(Schema):
    month: str = Field(description="2026-03")
    cases: int
    at_1: SuspectPrecision
    at_3: SuspectPrecision


class SuspectPrecisionOut(Schema):
    start: datetime = Field(serialization_alias="from")
    end: datetime = Field(serialization_alias="to")
    cases: int
    at_1: SuspectPrecision
    at_3: SuspectPrecision
    months: list[SuspectPrecisionMonth]


class SuspectRules(Schema):
    team: str
    window_seconds: int
    counts_inferred: bool = Field(description="whether the first suspect of a burn counts as a failed deployment")
    services: dict[str, int] = Field(description="windows of their own, in seconds")


class SuspectRulesPut(Schema):
    window: Annotated[Duration, Field(description="5 minutes to 14 days")] = timedelta(hours=24)
    counts_inferred: bool = True
    services: dict[str, Duration] = Field(
        default_factory=dict, description="exactly these services have a window of their own", max_length=1000
    )
