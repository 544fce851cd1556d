"""Runs on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.conf import settings
from ninja import Schema
from pydantic import ConfigDict, Field

from chaos.runs.domain.states import Mode, Verdict
from chaos.runs.models import GuardDecision, Notice, Run, RunEvent
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.web.api.params import Instant

Why = Annotated[str, Field(max_length=300, description="why; it stands in the log of the run and the audit trail")]


# Spelt out: the document has a schema State of objectives already.
RunState = Literal["waiting", "ready", "starting", "running", "undoing", "ended"]


class SpentOut(Schema):
    slo: str
    spent: float | None = Field(description="share of a whole error budget; null: nothing was measured")
    burn: float | None = Field(description="multiple of the sustainable rate")
    bad: float
    valid: float
    minutes: int = Field(description="that the fault touched")
    covered: int = Field(description="of them measured")


class ObjectiveOut(Schema):
    name: str = Field(description="RTO or RPO, of a disaster recovery trial")
    asked_seconds: int
    measured_seconds: float | None
    is_met: bool | None


class RunOut(Schema):
    number: int
    experiment: str = Field(description="slug")
    title: str
    version: int
    team: str
    service: str | None = Field(description="null: none, or one that is not yours to see")
    mode: Mode
    origin: str = Field(examples=["person", "api", "schedule:5"])
    requested_by: str
    reason: str
    agent: str = Field(description="the agent that must do it; empty: any")
    state: RunState
    waits_for: str = Field(description="in words, while it waits")
    verdict: Verdict | None = Field(description="null until it has ended")
    verdict_reasons: list[str]
    score: float | None = Field(description="0 to 1; null: the run says nothing about its service")
    rto_seconds: float | None
    rpo_seconds: float | None
    objectives: list[ObjectiveOut]
    budgets: list[SpentOut] = Field(description="what the fault spent, of objectives that you may see")
    requested_at: datetime
    not_before: datetime
    not_after: datetime = Field(description="not begun by then it ends as missed")
    started_at: datetime | None
    deadline_at: datetime | None
    fault_began_at: datetime | None
    fault_ended_at: datetime | None = Field(description="the last fault was seen to be gone")
    steady_again_at: datetime | None
    ended_at: datetime | None
    stop_requested_at: datetime | None
    stop_requested_by: str
    stop_reason: str
    url: str


class RunCreate(Schema):
    model_config = ConfigDict(extra="forbid")

    experiment: str = Field(min_length=1, max_length=63, description="slug", examples=["orders-survive-slow-payments"])
    mode: Mode = Mode.REAL
    reason: Why = ""
    not_before: Annotated[Instant | None, Field(description="now if left out")] = None
    not_after: Annotated[Instant | None, Field(description="an hour after the start if left out")] = None


class RunReason(Schema):
    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(max_length=500)] = ""


class RunDecline(Schema):
    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(min_length=1, max_length=500, description="what would have to change")]


class ApprovalOut(Schema):
    run: int
    person: str
    is_approved: bool
    reason: str
    at: datetime
    expires_at: datetime = Field(description="it counts for a start before this")


class EventOut(Schema):
    number: int = Field(description="from 1, without gaps")
    at: datetime
    kind: str = Field(examples=["hypothesis"])
    text: str
    data: dict[str, Any]


class GuardOut(Schema):
    phase: str = Field(description="before or during")
    name: str = Field(examples=["error_budget"])
    answer: str = Field(description="go, wait or no")
    reason: str
    data: dict[str, Any] = Field(description="its numbers")
    at: datetime = Field(description="since when it answers so")
    seen_at: datetime = Field(description="when it was asked last")


class NoticeOut(Schema):
    id: int
    kind: str = Field(description="coming, approval or ended")
    place: str
    state: str = Field(description="waiting, sent, failed or void")
    reason: str
    due_at: datetime
    sent_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str


def run_out(run: Run, *, caller: Caller) -> dict[str, Any]:
    """Of a run with team, experiment, version and service at hand: no query. Budgets are of the run's own team."""
    service = visible(caller=caller, related=run.service)
    figures = run.figures or {}
    return {
        "number": run.pk,
        "experiment": run.experiment.slug,
        "title": run.experiment.title,
        "version": run.version.number,
        "team": run.team.slug,
        "service": service.name if service else None,
        "mode": run.mode,
        "origin": run.origin,
        "requested_by": run.requested_by_name,
        "reason": run.reason,
        "agent": run.agent,
        "state": run.state,
        "waits_for": run.waits_for,
        "verdict": run.verdict or None,
        "verdict_reasons": figures.get("reasons") or ([run.verdict_reason] if run.verdict_reason else []),
        "score": run.score,
        "rto_seconds": run.rto_seconds,
        "rpo_seconds": run.rpo_seconds,
        "objectives": figures.get("objectives") or [],
        "budgets": figures.get("slos") or [],
        "requested_at": run.requested_at,
        "not_before": run.not_before,
        "not_after": run.not_after,
        "started_at": run.started_at,
        "deadline_at": run.deadline_at,
        "fault_began_at": run.fault_began_at,
        "fault_ended_at": run.fault_ended_at,
        "steady_again_at": run.steady_again_at,
        "ended_at": run.ended_at,
        "stop_requested_at": run.stop_requested_at,
        "stop_requested_by": run.stop_requested_by_name,
        "stop_reason": run.stop_reason,
        "url": f"{settings.PUBLIC_URL}/chaos/runs/{run.pk}/",
    }


def event_out(event: RunEvent) -> dict[str, Any]:
    return {"number": event.number, "at": event.at, "kind": event.kind, "text": event.text, "data": event.data}


def guard_out(row: GuardDecision) -> dict[str, Any]:
    fields = ("phase", "name", "answer", "reason", "data", "at", "seen_at")
    return {name: getattr(row, name) for name in fields}


def notice_out(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.pk,
        "kind": notice.kind,
        "place": notice.place,
        "state": notice.state,
        "reason": notice.state_reason,
        "due_at": notice.due_at,
        "sent_at": notice.sent_at,
        "acknowledged_at": notice.acknowledged_at,
        "acknowledged_by": notice.acknowledged_by_name,
    }
