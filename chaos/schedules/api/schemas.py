"""Schedules on the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.conf import settings
from ninja import Schema
from pydantic import ConfigDict, Field

from chaos.runs.domain.states import Mode
from chaos.schedules.domain.policies import Misfire, Outside
from chaos.schedules.models import Firing, Schedule
from chaos.schedules.selectors.preview import Ahead
from chaos.schedules.selectors.schedules import state_of
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.web.api.params import Instant

ScheduleState = Literal["active", "paused", "archived", "over"]
FiringOutcome = Literal["waiting", "requested", "skipped", "refused"]
Why = Annotated[str, Field(max_length=2000, description="why, for the audit trail")]


class WindowBody(Schema):
    """Hours of weekdays on the clocks of the schedule's zone; an end at or before the start lies on the next day."""

    model_config = ConfigDict(extra="forbid")

    weekdays: Annotated[
        list[Annotated[str, Field(max_length=12)]],
        Field(default_factory=list, max_length=7, examples=[["mon", "tue"]], description="none: all"),
    ]
    start: Annotated[str, Field(max_length=8, examples=["09:00"])] = "00:00"
    end: Annotated[str, Field(max_length=8, examples=["17:00"])] = "24:00"


class ExperimentScheduleFields(Schema):
    model_config = ConfigDict(extra="forbid")

    once_at: Annotated[Instant | None, Field(description="once, at this instant; or else cron")] = None
    cron: Annotated[str, Field(max_length=200, description="five fields", examples=["0 10 * * tue"])] = ""
    time_zone: Annotated[str, Field(max_length=64, description="of cron, windows and days")] = "UTC"
    windows: Annotated[list[WindowBody], Field(default_factory=list, max_length=100, description="none: always open")]
    outside: Annotated[Outside, Field(description="what a firing does outside of the windows")] = Outside.SKIP
    first_day: Annotated[date | None, Field(description="in the zone; belongs to it")] = None
    last_day: Annotated[date | None, Field(description="in the zone; belongs to it")] = None
    misfire: Annotated[Misfire, Field(description="what a firing does that is later than the grace")] = Misfire.SKIP
    grace_minutes: Annotated[int, Field(ge=0, le=1_000_000, description="1 to 1440")] = 10
    mode: Mode = Mode.REAL
    reason: Annotated[str, Field(max_length=300, description="goes to each run")] = ""


class ExperimentScheduleCreate(ExperimentScheduleFields):
    experiment: Annotated[str, Field(min_length=1, max_length=63, description="slug")]
    why: Why = ""


class ExperimentScheduleChange(ExperimentScheduleFields):
    """What is left out stays as it is. Who sends it is the owner from then on."""

    why: Why = ""
    revision: Annotated[int | None, Field(ge=1, description="the one that was read; 409 when it is stale")] = None


class ExperimentScheduleReason(Schema):
    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(min_length=1, max_length=300, description="why it is paused")]


class ExperimentScheduleOut(Schema):
    id: int
    experiment: str = Field(description="slug")
    title: str
    team: str
    service: str | None = Field(description="null: none, or one that is not yours to see")
    state: ScheduleState = Field(description="archived: its experiment is; over: nothing comes any more")
    mode: Mode
    once_at: datetime | None
    cron: str
    time_zone: str
    windows: list[WindowBody]
    outside: Outside
    first_day: date | None
    last_day: date | None
    misfire: Misfire
    grace_minutes: int
    reason: str
    owner: str = Field(description="in whose name it runs: who set it up last")
    pause_reason: str
    paused_by: str
    paused_at: datetime | None
    next_at: datetime | None
    revision: int
    updated_at: datetime
    url: str


class ExperimentFiringOut(Schema):
    due_at: datetime
    until_at: datetime | None = Field(description="stands for every firing from due_at to this one, both included")
    outcome: FiringOutcome
    cause: str = Field(examples=["in_time", "late", "missed", "overtaken", "outside", "overlap", "archived", "owner"])
    reason: str = Field(description="in words")
    starts_at: datetime | None = Field(description="when the window opens that it waits for")
    decided_at: datetime
    run: int | None


class AheadOut(Schema):
    at: datetime
    local: str = Field(description="on the clocks of the zone")
    starts_at: datetime | None = Field(description="null: no window lets it start")
    objections: list[str] = Field(description="what would keep it from starting, as known now")


_AS_STORED = (
    "id", "mode", "once_at", "cron", "time_zone", "windows", "outside", "first_day", "last_day", "misfire",
    "grace_minutes", "reason", "pause_reason", "paused_at", "next_at", "revision", "updated_at",
)  # fmt: skip


def schedule_out(schedule: Schedule, *, caller: Caller) -> dict[str, Any]:
    """Of a schedule as selectors read it: no query."""
    experiment = schedule.experiment
    service = visible(caller=caller, related=experiment.service)
    return {
        **{name: getattr(schedule, name) for name in _AS_STORED},
        "experiment": experiment.slug,
        "title": experiment.title,
        "team": schedule.team.slug,
        "service": service.name if service else None,
        "state": state_of(schedule=schedule),
        "owner": schedule.owner_name,
        "paused_by": schedule.paused_by_name,
        "url": f"{settings.PUBLIC_URL}/chaos/schedules/{schedule.pk}/",
    }


def firing_out(firing: Firing) -> dict[str, Any]:
    names = ("due_at", "until_at", "outcome", "cause", "reason", "starts_at", "decided_at")
    return {**{name: getattr(firing, name) for name in names}, "run": firing.run_id}


def ahead_out(one: Ahead) -> dict[str, Any]:
    return {"at": one.at, "local": one.local, "starts_at": one.starts_at, "objections": list(one.objections)}
