"""Escalation policies and simulations on the wire."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from ninja import Schema
from pydantic import ConfigDict, Field

from incidents.paging.domain.frozen import TargetKind
from incidents.paging.models import EscalationPolicy, PolicyStep, StepTarget
from incidents.paging.selectors.names import FIELDS
from incidents.paging.selectors.simulation import Simulation, Stage, Told
from incidents.paging.selectors.simulation_warnings import PolicyWarning
from incidents.paging.selectors.targets import Key, visible_keys
from reliability.access.domain.caller import Caller
from reliability.kit.durations import format_duration

Minutes = Annotated[
    str | int,
    Field(description="whole minutes as a duration such as 5m or 1h30m, or as a number", examples=["5m"]),
]


class TargetBody(Schema):
    """Exactly one of: a person by address, a schedule (whoever is on call), a team (its responders), a channel."""

    model_config = ConfigDict(extra="forbid")

    user: Annotated[str | None, Field(max_length=254, examples=["ann@example.org"])] = None
    schedule: Annotated[str | None, Field(max_length=63)] = None
    team: Annotated[str | None, Field(max_length=63)] = None
    channel: Annotated[str | None, Field(max_length=63)] = None
    hidden: Annotated[
        int | None,
        Field(description="stands for a target that you may not see: sent back, it stays"),
    ] = None


class StepBody(Schema):
    """Told at the same time; `delay` later the next step begins. round_robin: of the targets one, in turn."""

    model_config = ConfigDict(extra="forbid")

    delay: Minutes = "30m"
    round_robin: bool = False
    targets: Annotated[list[TargetBody], Field(max_length=1000)]


# What an answer tells beside the document: taken back, and without effect.
Ignored = Annotated[Any, Field(description="as read; without effect")]
_NOT_OF_THE_DOCUMENT = {"revision", "reason", "slug", "updated_by", "created_at", "updated_at", "warnings"}


class PolicyPut(Schema):
    """A policy as one document. What is left out stays as it is, of a new policy it is the default.

    What GET answers can be sent back as it is.
    """

    model_config = ConfigDict(extra="forbid")

    slug: Annotated[str | None, Field(max_length=63, description="as in the address")] = None
    updated_by: Ignored = None
    created_at: Ignored = None
    updated_at: Ignored = None
    warnings: Ignored = None
    title: Annotated[str | None, Field(max_length=120)] = None
    team: Annotated[str | None, Field(max_length=63, description="slug of the owner; it stays")] = None
    description: Annotated[str | None, Field(max_length=4000)] = None
    repeat: Annotated[int | None, Field(description="N more passes through the steps")] = None
    ack_timeout: Annotated[Minutes | None, Field(description="an acknowledgement lapses then; null: never")] = None
    is_default: Annotated[bool | None, Field(description="for all incidents of the team without a policy")] = None
    steps: Annotated[list[StepBody] | None, Field(max_length=1000)] = None
    last_resort: Annotated[
        StepBody | None,
        Field(description="told when no step reaches anybody and after the last pass; null: the team's administrators"),
    ] = None
    services: Annotated[
        list[str] | None, Field(max_length=10_000, description="names of the services whose incidents follow it")
    ] = None
    revision: Annotated[int | None, Field(description="the revision this edit was made from; 409 when it is old")] = (
        None
    )
    reason: Annotated[str, Field(max_length=2000, description="why, for the audit trail")] = ""

    def document(self) -> dict[str, Any]:
        """As services read it: what was not sent is not in it; null means something for two fields."""
        sent = self.model_dump(exclude_unset=True, exclude=_NOT_OF_THE_DOCUMENT)
        kept = {name: value for name, value in sent.items() if value is not None or name in _NULLABLE}
        for step in [*kept.get("steps", []), *([kept["last_resort"]] if kept.get("last_resort") else [])]:
            step["targets"] = [
                {name: value for name, value in target.items() if value is not None} for target in step["targets"]
            ]
        return kept


_NULLABLE = ("ack_timeout", "last_resort")


class TargetOut(Schema):
    """One of the five. hidden: a target that you may not see."""

    user: str | None = None
    schedule: str | None = None
    team: str | None = None
    channel: str | None = None
    hidden: int | None = None


class StepOut(Schema):
    delay: str
    round_robin: bool
    targets: list[TargetOut]


class PolicyOut(Schema):
    slug: str
    title: str
    team: str
    description: str
    repeat: int
    ack_timeout: str | None
    is_default: bool
    steps: list[StepOut]
    last_resort: StepOut | None
    services: list[str] = Field(description="those that you may see")
    revision: int
    updated_by: str
    created_at: datetime
    updated_at: datetime


class PolicyWarningOut(Schema):
    kind: str
    text: str


class PolicyWarnedOut(PolicyOut):
    warnings: list[PolicyWarningOut] = Field(description="what would go wrong some day, of the next 30 days")


class ToldOut(Schema):
    at: datetime
    who: str = Field(description="a person or channel, in words; not named when it is not yours to see")
    by: str = Field(description="kind of the contact method or channel")
    why: str
    how: str
    held: bool = Field(description="quiet hours moved it")
    void: bool = Field(description="acknowledged before it was due: never sent")


class StageOut(Schema):
    """kind: step, last_resort or exhausted. unheard: why targets reach nobody."""

    at: datetime
    kind: str
    step: int = Field(description="counted from 1")
    pass_number: int = Field(description="counted from 1", serialization_alias="pass")
    reason: str
    text: str
    told: list[ToldOut]
    more: int = Field(description="told beyond those listed")
    unheard: list[str]


class SimulationOut(Schema):
    policy: str
    at: datetime
    urgency: str
    acknowledged_at: datetime | None
    stages: list[StageOut]
    lapse: StageOut | None = Field(description="what is told when the acknowledgement lapses")
    warnings: list[PolicyWarningOut]


def policy_out(policy: EscalationPolicy, *, caller: Caller, visible: set[Key] | None = None) -> dict[str, Any]:
    """The policy, loaded with its steps; targets that the caller may not see by a number only."""
    if visible is None:
        visible = visible_targets([policy], caller=caller)
    steps = [(step.is_last_resort, _step_out(step, visible)) for step in policy.steps.all()]
    return {
        "slug": policy.slug,
        "title": policy.title,
        "team": policy.team.slug,
        "description": policy.description,
        "repeat": policy.repeat,
        "ack_timeout": _text(policy.ack_timeout_minutes) if policy.ack_timeout_minutes else None,
        "is_default": policy.is_team_default,
        "steps": [out for is_last, out in steps if not is_last],
        "last_resort": next((out for is_last, out in steps if is_last), None),
        "services": [one.service.name for one in policy.services.all() if caller.may_read(one.service.team_id)],
        "revision": policy.revision,
        "updated_by": policy.updated_by_name,
        "created_at": policy.created_at,
        "updated_at": policy.updated_at,
    }


def visible_targets(policies: list[EscalationPolicy], *, caller: Caller) -> set[Key]:
    """Of all targets of these policies those that the caller may see: four queries for any number."""
    keys = {_key(target) for policy in policies for step in policy.steps.all() for target in step.targets.all()}
    return visible_keys(caller=caller, keys=keys)


def simulation_out(simulation: Simulation, *, slug: str, warnings: list[PolicyWarning]) -> dict[str, Any]:
    return {
        "policy": slug,
        "at": simulation.at,
        "urgency": simulation.urgency.value,
        "acknowledged_at": simulation.acknowledged_at,
        "stages": [_stage_out(stage) for stage in simulation.stages],
        "lapse": _stage_out(simulation.lapse) if simulation.lapse else None,
        "warnings": warnings_out(warnings),
    }


def warnings_out(warnings: list[PolicyWarning]) -> list[dict[str, str]]:
    return [{"kind": warning.kind.value, "text": warning.text} for warning in warnings]


def _key(target: StepTarget) -> Key:
    for kind in TargetKind:
        pk = getattr(target, f"{kind.value}_id")
        if pk is not None:
            return kind, pk
    raise AssertionError  # pragma: no cover  the database holds one of the four


def _step_out(step: PolicyStep, visible: set[Key]) -> dict[str, Any]:
    return {
        "delay": _text(step.delay_minutes),
        "round_robin": step.round_robin,
        "targets": [_target_out(target, visible) for target in step.targets.all()],
    }


def _target_out(target: StepTarget, visible: set[Key]) -> dict[str, Any]:
    kind, pk = _key(target)
    if (kind, pk) not in visible:
        return {"hidden": target.pk}
    return {kind.value: getattr(getattr(target, kind.value), FIELDS[kind])}


def _text(minutes: int) -> str:
    return format_duration(timedelta(minutes=minutes))


def _stage_out(stage: Stage) -> dict[str, Any]:
    move = stage.move
    return {
        "at": move.at,
        "kind": move.kind.value,
        "step": move.step + 1,
        "pass_number": move.pass_number + 1,
        "reason": move.reason.value,
        "text": move.words,
        "told": [_told_out(told) for told in stage.told],
        "more": stage.more,
        "unheard": list(stage.unheard),
    }


def _told_out(told: Told) -> dict[str, Any]:
    return {
        "at": told.at,
        "who": told.who,
        "by": told.by,
        "why": told.why,
        "how": told.how,
        "held": told.held,
        "void": told.is_void,
    }
