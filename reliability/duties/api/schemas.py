"""Duties and toil as they are answered, and as callers write them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from reliability.web.api.params import Instant

DutyKindName = Literal["key_rotation", "dr_promotion", "access_review", "certificate", "custom"]
EveryName = Literal["days", "months", "cron"]
ResponsibleName = Literal["person", "on_call"]
CategoryName = Literal["interrupts", "tickets", "releases", "data_fixes", "alerts", "access", "other"]
Slug = Annotated[str, Field(max_length=63)]
Revision = Annotated[int | None, Field(description="what was read; 409 when somebody changed it since")]


class DutyOut(Schema):
    id: int
    team: str
    service: str | None
    kind: DutyKindName
    title: str
    instructions: str = Field(description="Markdown")
    link_url: str
    every: EveryName
    every_count: int
    cron: str
    zone: str
    due_at: datetime
    is_overdue: bool
    remind_days: int
    responsible: ResponsibleName
    person: str | None = Field(description="mail address of who is responsible; null for whoever is on call")
    is_enabled: bool
    revision: int


class DutyFields(Schema):
    model_config = ConfigDict(extra="forbid")

    kind: DutyKindName | None = None
    service: Slug | None = None
    instructions: Annotated[str | None, Field(max_length=20_000)] = None
    link_url: Annotated[str | None, Field(max_length=500)] = None
    every: EveryName | None = None
    every_count: Annotated[int | None, Field(ge=1, le=1_100)] = None
    cron: Annotated[str | None, Field(max_length=100)] = None
    zone: Annotated[str | None, Field(max_length=64)] = None
    due_at: Instant | None = None
    remind_days: Annotated[int | None, Field(ge=0, le=90)] = None
    responsible: ResponsibleName | None = None
    person: Annotated[str | None, Field(max_length=254, description="a member's mail address")] = None
    is_enabled: bool | None = None

    def given(self) -> dict[str, Any]:
        """Fields of a draft that were sent, without service and person, which the operation looks up."""
        ours = {"team", "service", "person", "revision"}
        return {name: getattr(self, name) for name in self.model_fields_set - ours if getattr(self, name) is not None}


class DutyCreate(DutyFields):
    team: Annotated[Slug, Field(description="slug")]
    title: Annotated[str, Field(max_length=160)]


class DutyChange(DutyFields):
    title: Annotated[str | None, Field(max_length=160)] = None
    revision: Revision = None


class EntryBody(Schema):
    model_config = ConfigDict(extra="forbid")

    outcome: Literal["done", "skipped"] = "done"
    note: Annotated[str, Field(max_length=5_000, description="of a skipped one: why")] = ""
    evidence_url: Annotated[str, Field(max_length=500)] = ""
    minutes: Annotated[int | None, Field(description="how long it took")] = None
    for_due_at: Instant | None = Field(
        default=None, description="the occurrence that was looked at; 409 when another one is open now"
    )


class EntryOut(Schema):
    id: int
    outcome: Literal["done", "skipped"]
    for_due_at: datetime
    at: datetime
    by: str
    note: str
    evidence_url: str
    minutes: int | None


class ToilOut(Schema):
    id: int
    team: str
    service: str | None
    day: date
    hours: float
    category: CategoryName
    what: str
    by: str
    revision: int


class ToilBody(Schema):
    model_config = ConfigDict(extra="forbid")

    what: Annotated[str, Field(max_length=500)]
    hours: Annotated[Decimal, Field(description="0.05 to 200", max_digits=12)]
    category: CategoryName = "other"
    day: Annotated[date | None, Field(description="absent: today, UTC")] = None
    service: Slug | None = None


class ToilCreate(ToilBody):
    team: Annotated[Slug, Field(description="slug")]


class ToilPut(ToilBody):
    revision: Revision = None


class WeekOut(Schema):
    monday: date
    hours: float
    share: float | None = Field(description="of the capacity, 0 to 1 and above; null: not known")
    by_category: dict[str, float]


class ToilSummary(Schema):
    """Of one team. The line to stay below is half of the capacity (Google, Site Reliability Engineering, chapter 5)."""

    team: str
    capacity: float = Field(description="hours a week")
    is_capacity_reckoned: bool = Field(description="40 h for each member, as nobody said otherwise")
    weeks: list[WeekOut]


class CapacityBody(Schema):
    model_config = ConfigDict(extra="forbid")

    hours_per_week: Annotated[
        Decimal | None, Field(description="1 to 100,000; null: 40 h for each member", max_digits=12)
    ] = None
