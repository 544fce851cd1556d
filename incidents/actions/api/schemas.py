"""Actions as they are answered, and as callers write them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from incidents.actions.domain.drafts import CHECK_MAX, NOTE_MAX, REASON_MAX, TEXT_MAX, TITLE_MAX, URL_MAX
from incidents.actions.domain.states import is_overdue
from incidents.actions.models import Action, ActionNote
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible

ActionState = Literal["open", "in_progress", "done", "verified", "unproven", "cancelled"]
ActionMove = Literal["open", "in_progress", "done", "unproven", "cancelled"]
ActionKind = Literal["prevent", "detect", "mitigate", "correct"]
ActionPriority = Literal["urgent", "high", "normal", "low"]
ActionProof = Literal["none", "experiment", "slo", "check"]
Revision = Annotated[int | None, Field(description="what was read; 409 when somebody changed it since")]
_PERSON = "number of a member of the team"


class ActionOut(Schema):
    number: int
    title: str
    team: str
    kind: ActionKind
    priority: ActionPriority
    state: ActionState
    state_reason: str
    state_at: datetime
    owner_id: int | None
    owner: str = Field(description="name; stays when the person is gone")
    due_on: date | None = Field(description="on the owner's clock")
    is_overdue: bool = Field(description="still to be done, and the date is past by UTC")
    tracker_url: str
    service: str | None
    incident: int | None
    source_kind: str = Field(description="incident, postmortem, review or empty")
    source_key: str
    proof: ActionProof
    experiment: str | None = Field(description="slug of the one that must hold")
    slo: str | None = Field(description="name of the one that must stay met")
    slo_days: int | None
    checker_id: int | None
    check_text: str
    proof_text: str = Field(description="what proved it, or how far the proof is")
    proof_run: int | None
    done_at: datetime | None
    closed_at: datetime | None
    reopened: int = Field(description="how often it was opened again")
    created_at: datetime
    updated_at: datetime
    revision: int


class ActionDetail(ActionOut):
    text: str = Field(description="Markdown")
    done_by: str
    closed_by: str
    created_by: str


class ActionNoteOut(Schema):
    at: datetime
    author: str
    kind: Literal["note", "state", "proof", "edit"]
    text: str
    state: ActionState | None
    run: int | None


class ActionFields(Schema):
    model_config = ConfigDict(extra="forbid")

    kind: ActionKind | None = None
    priority: ActionPriority | None = None
    owner_id: Annotated[int | None, Field(description=_PERSON, ge=1, lt=2**63)] = None
    due_on: date | None = None
    text: Annotated[str | None, Field(max_length=TEXT_MAX, description="Markdown")] = None
    tracker_url: Annotated[str | None, Field(max_length=URL_MAX)] = None
    service: Annotated[str | None, Field(max_length=63)] = None
    incident: Annotated[int | None, Field(ge=1, lt=2**63)] = None
    proof: ActionProof | None = None
    experiment: Annotated[str | None, Field(max_length=63, description="slug")] = None
    slo: Annotated[str | None, Field(max_length=63, description="name")] = None
    slo_days: Annotated[int | None, Field(description="1 to 90")] = None
    checker_id: Annotated[int | None, Field(description=f"{_PERSON} other than the owner", ge=1, lt=2**63)] = None
    check_text: Annotated[str | None, Field(max_length=CHECK_MAX)] = None


class ActionCreate(ActionFields):
    team: Annotated[str, Field(max_length=63, description="slug")]
    title: Annotated[str, Field(max_length=TITLE_MAX)]


class ActionChange(ActionFields):
    title: Annotated[str | None, Field(max_length=TITLE_MAX)] = None
    revision: Revision = None
    reason: Annotated[str, Field(max_length=REASON_MAX, description="why, for the audit trail")] = ""


class ActionStateBody(Schema):
    model_config = ConfigDict(extra="forbid")

    state: ActionMove
    reason: Annotated[
        str, Field(max_length=REASON_MAX, description="needed for unproven and cancelled, and to open again")
    ] = ""
    revision: Revision = None


class ActionConfirmBody(Schema):
    model_config = ConfigDict(extra="forbid")

    is_so: bool = Field(description="false opens it again")
    words: Annotated[str, Field(max_length=REASON_MAX, description="what was checked, or what is missing")]


class ActionNoteBody(Schema):
    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=NOTE_MAX)]


class ActionSettingsOut(Schema):
    team: str
    remind_days: int
    weekly_max: int
    escalate_days: int
    escalations_max: int
    channel: str | None = Field(description="name; null tells the team's administrators")
    revision: int


class ActionSettingsBody(Schema):
    model_config = ConfigDict(extra="forbid")

    remind_days: int = Field(description="before the due date, 0 to 30; 0: not before")
    weekly_max: int = Field(description="weekly reminders after it, 0 to 12")
    escalate_days: int = Field(description="overdue before the team is told, 1 to 90")
    escalations_max: int = Field(description="messages to the team, 0 to 8; 0: never")
    channel: Annotated[str | None, Field(max_length=63)] = None
    revision: Revision = None


def action_out(row: Action, *, caller: Caller, today: date) -> dict[str, Any]:
    """Needs what list_actions has at hand. What the caller may not see is null."""
    service = visible(caller=caller, related=row.service)
    incident = visible(caller=caller, related=row.incident)
    experiment = visible(caller=caller, related=row.experiment)
    slo = visible(caller=caller, related=row.slo)
    same = (
        "title", "kind", "priority", "state", "state_reason", "state_at", "owner_id", "due_on", "tracker_url",
        "source_kind", "source_key", "proof", "slo_days", "checker_id", "check_text", "proof_text", "done_at",
        "closed_at", "reopened", "created_at", "updated_at", "revision",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in same},
        "number": row.pk,
        "team": row.team.slug,
        "owner": row.owner_name,
        "is_overdue": is_overdue(state=row.state, due_on=row.due_on, today=today),
        "service": service.name if service else None,
        "incident": incident.pk if incident else None,
        "experiment": experiment.slug if experiment else None,
        "slo": slo.name if slo else None,
        "proof_run": row.proof_run_id if experiment else None,
    }


def action_detail(row: Action, *, caller: Caller, today: date) -> dict[str, Any]:
    people = {"done_by": row.done_by_name, "closed_by": row.closed_by_name, "created_by": row.created_by_name}
    return {**action_out(row, caller=caller, today=today), **people, "text": row.text}


def note_out(row: ActionNote) -> dict[str, Any]:
    return {
        "at": row.at,
        "author": row.author_name,
        "kind": row.kind,
        "text": row.text,
        "state": row.state or None,
        "run": row.run_id,
    }
