"""Readiness as it is answered, and as callers write it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from reliability.readiness.domain import bounds
from reliability.web.api.params import Instant

DayWord = Literal["day_0", "day_1", "day_2", "day_n"]
ItemKind = Literal["proof", "evidence"]
ItemState = Literal["met", "waived", "not_met", "expired", "missing", "unreviewed", "unknown"]
VerdictWord = Literal["ready", "ready_with_exceptions", "not_ready"]
Tier = Annotated[int, Field(ge=1, le=4)]
Slug = Annotated[str, Field(max_length=bounds.SLUG_MAX, examples=["load-tested"])]


class EvidenceOut(Schema):
    id: int
    text: str
    url: str
    happened_on: date
    author: str
    reviewer: str = Field(description="somebody else who looked at it; empty while nobody has")
    reviewed_at: datetime | None
    expires_at: datetime | None = Field(description="null: never")


class EvidenceHistoryOut(EvidenceOut):
    item: str
    created_at: datetime
    withdrawn_at: datetime | None = Field(description="taken back: it counts no more")
    withdrawn_reason: str


class ReadinessItemOut(Schema):
    item: str
    title: str
    day: DayWord
    kind: ItemKind
    required: bool = Field(description="of services of this tier")
    state: ItemState = Field(description="only met is met; waived is an exception; unknown is never met")
    found: str = Field(description="in words and figures, what makes it so")
    next_step: str
    url: str = Field(description="where that is done; a path of this installation")
    why: str
    source: str
    evidence: EvidenceOut | None
    waived_until: datetime | None


class ReviewOut(Schema):
    id: int
    verdict: VerdictWord
    reason: str
    decided_at: datetime
    expires_at: datetime | None
    author: str
    tier: int
    checklist_version: int = Field(description="0: the built-in list")
    required: int
    met: int
    waived: int


class ReviewAnswerOut(Schema):
    slug: str
    title: str
    day: DayWord
    kind: ItemKind
    why: str
    source: str
    is_required: bool
    state: ItemState
    text: str
    url: str
    waived_until: datetime | None
    evidence: dict[str, Any] | None


class ReviewDetail(ReviewOut):
    answers: list[ReviewAnswerOut] = Field(description="each as it was at that instant")


class ReadinessOut(Schema):
    service: str
    title: str
    team: str
    tier: int
    ready: bool = Field(description="nothing that is required is missing; with_review: and a review is in force")
    verdict: VerdictWord = Field(description="what the items say now, whatever was decided")
    required: int
    met: int
    waived: int
    checklist_version: int
    missing: list[ReadinessItemOut] = Field(description="required, and neither met nor waived")
    exceptions: list[ReadinessItemOut] = Field(description="required and waived")
    review: ReviewOut | None = Field(description="the last decision, in force or not")
    review_in_force: bool


class ReadinessDetail(ReadinessOut):
    items: list[ReadinessItemOut]


class EvidenceBody(Schema):
    model_config = ConfigDict(extra="forbid")

    item: Slug
    text: Annotated[str, Field(max_length=bounds.TEXT_MAX, description="Markdown: what was done, what came of it")]
    url: Annotated[str, Field(max_length=bounds.URL_MAX)] = ""
    happened_on: date | None = Field(None, description="the day that it tells of; null: today (UTC)")


class WithdrawBody(Schema):
    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(max_length=bounds.REASON_MAX)]


class WaiverBody(Schema):
    model_config = ConfigDict(extra="forbid")

    item: Slug
    reason: Annotated[str, Field(max_length=bounds.REASON_MAX)]
    until: Instant


class WaiverOut(Schema):
    id: int
    item: str
    reason: str
    until_at: datetime
    created_at: datetime
    author: str
    ended_at: datetime | None


class ReviewBody(Schema):
    model_config = ConfigDict(extra="forbid")

    verdict: VerdictWord
    reason: Annotated[str, Field(max_length=bounds.REASON_MAX)]
    good_days: Annotated[int | None, Field(ge=1, le=bounds.REVIEW_DAYS_MAX)] = None


class ChecklistItemOut(Schema):
    slug: str
    title: str
    day: DayWord
    kind: ItemKind
    why: str
    source: str
    source_url: str
    asks: str
    tiers: list[int] = Field(description="of services that must have it")
    expires_days: int | None
    needs_second: bool
    off: str = Field(description="why it is switched off; empty: it is asked for")
    is_own: bool


class ReadinessChecklistOut(Schema):
    team: str
    revision: int = Field(description="0: the built-in list, unchanged")
    remind_days: int
    review_days: int
    definition: dict[str, Any] = Field(description="what the team changed: send it back to PUT")
    items: list[ChecklistItemOut]


class RuleBody(Schema):
    model_config = ConfigDict(extra="forbid")

    tiers: list[Tier] | None = None
    off: Annotated[str | None, Field(max_length=bounds.REASON_MAX)] = None
    expires_days: Annotated[int | None, Field(ge=1, le=bounds.EXPIRES_DAYS_MAX)] = None
    needs_second: bool | None = None

    def given(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True)


class OwnItemBody(RuleBody):
    slug: Slug
    title: Annotated[str, Field(max_length=bounds.TITLE_MAX)]
    day: DayWord
    why: Annotated[str, Field(max_length=bounds.WHY_MAX)] = ""
    asks: Annotated[str, Field(max_length=bounds.WHY_MAX)] = ""
    source: Annotated[str, Field(max_length=bounds.SOURCE_MAX)] = ""
    source_url: Annotated[str, Field(max_length=bounds.URL_MAX)] = ""


class ChecklistBody(Schema):
    model_config = ConfigDict(extra="forbid")

    items: Annotated[dict[str, RuleBody], Field(max_length=200)] = Field(default_factory=dict)
    own: Annotated[list[OwnItemBody], Field(max_length=bounds.OWN_ITEMS_MAX)] = Field(default_factory=list)
    reason: Annotated[str, Field(max_length=bounds.REASON_MAX)] = ""
    revision: Annotated[int | None, Field(ge=0, description="that was read; 409 when it is stale")] = None

    def definition(self) -> dict[str, Any]:
        return {
            "items": {slug: rule.given() for slug, rule in self.items.items()},
            "own": [one.given() for one in self.own],
        }
