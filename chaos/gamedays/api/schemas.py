"""Game days on the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from chaos.gamedays.domain.states import FollowUpState, ScenarioState, Tri

# Spelt out: the document has a schema State of objectives already.
GameDayState = Literal["draft", "planned", "go", "no_go", "live", "wrapping_up", "done", "cancelled"]


class GameDayRow(Schema):
    number: int
    title: str
    team: str
    state: GameDayState
    state_reason: str
    starts_at: datetime | None
    length_minutes: int
    zone: str
    score: float | None = Field(description="0 to 1, once it is closed and something is known")
    scenarios: int
    coming: int = Field(description="invitees who accepted")
    unanswered: int
    url: str


class RoleOut(Schema):
    id: int
    kind: str = Field(description="owner, coordinator, reporter or observer")
    name: str
    since_at: datetime
    until_at: datetime | None


class ItemOut(Schema):
    id: int
    text: str
    is_done: bool
    done_at: datetime | None
    done_by: str


class DetectionOut(Schema):
    fault_at: datetime | None
    noticed_seconds: float | None = Field(description="from the fault to the first observation that noticed it")
    noticed_by: str
    alerted_seconds: float | None = Field(description="from the fault to the first alert of the service")
    alerted_by: str


class ScenarioOut(Schema):
    id: int
    position: int
    title: str
    happens: str
    experiment: str | None = Field(description="slug; null: done by hand")
    service: str | None = Field(description="null: none, or one that is not yours to see")
    expected_alert: str
    expected_minutes: int | None
    expected_response: str
    state: ScenarioState
    skip_reason: str
    run: int | None
    began_at: datetime | None
    ended_at: datetime | None
    learnt: str
    revision: int


class ScoreOut(Schema):
    scenario: int
    held: Tri
    detected: Tri | None = Field(description="null: nobody was expected to notice")
    responded: Tri
    faults_gone: Tri
    score: float | None
    is_final: bool = Field(description="nothing is pending")
    reasons: list[str]
    detection: DetectionOut


class GameDayOut(Schema):
    number: int
    title: str
    team: str
    goal: str
    hypothesis: str
    notes: str
    starts_at: datetime | None
    length_minutes: int
    zone: str
    place: str
    state: GameDayState
    state_reason: str
    override_reason: str
    started_at: datetime | None
    ended_at: datetime | None
    closed_at: datetime | None
    was_right: Tri
    was_right_why: str
    went_well: str
    went_badly: str
    was_lucky: str
    score: float | None
    roles: list[RoleOut]
    checklist: list[ItemOut]
    scenarios: list[ScenarioOut]
    scores: list[ScoreOut]
    revision: int
    url: str


class InviteeOut(Schema):
    id: int
    name: str
    address: str
    is_outside: bool
    answer: str = Field(description="none, accepted, declined or tentative")
    answered_at: datetime | None
    comment: str
    told_at: datetime | None = Field(description="when the last message reached them")


class ObservationOut(Schema):
    number: int
    kind: str
    text: str
    by: str
    author: str
    at: datetime
    recorded_at: datetime
    retracted_at: datetime | None
    scenario: int | None
    revision: int
    edits: list[dict[str, Any]] = Field(description="what it said before: revision, kind, text, by, at, edited_at")


class CheckOut(Schema):
    name: str
    title: str
    is_go: bool
    reason: str
    url: str


class FindingOut(Schema):
    id: int
    title: str
    text: str
    layer: str
    service: str | None
    scenario: int | None
    vulnerability: int | None
    at: datetime
    by: str


class FollowUpOut(Schema):
    id: int
    title: str
    text: str
    kind: str = Field(description="prevent, detect, mitigate or correct")
    team: str
    game_day: int
    scenario: int | None
    owner: str
    due_on: date | None
    tracker_url: str
    experiment: str | None
    state: FollowUpState
    state_reason: str
    verified_by_run: int | None
    closed_at: datetime | None
    revision: int
