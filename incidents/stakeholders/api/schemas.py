"""Stakeholders, groups, words and messages as they are answered, and as callers write them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from reliability.web.api.params import Instant

AudienceName = Literal["executive", "support", "customer", "engineering"]
KindName = Literal["declared", "updated", "resolved", "postmortem", "maintenance", "experiment"]
IncidentKindName = Literal["declared", "updated", "resolved"]
WayName = Literal["person", "email", "webhook", "channel"]
ModeName = Literal["now", "hours"]
StandingName = Literal["read", "unread", "retrying", "queued", "waiting", "failed", "void"]
Id = Annotated[int, Field(ge=1, lt=2**63)]
Slug = Annotated[str, Field(max_length=63)]
Revision = Annotated[int | None, Field(description="what was read; 409 when somebody changed it since")]


class StakeholderOut(Schema):
    id: int
    team: str
    name: str
    role: str
    audience: AudienceName
    way: WayName
    place: str = Field(description="how they are reached, in words; only the way for those who may not tell them")
    is_told: bool
    silent_because: str = Field(description="why they are told nothing; blank when they are")
    kinds: list[KindName] = Field(description="none: every kind")
    severity_max: int = Field(description="the mildest severity that matters, 1 to 5")
    services: list[str] = Field(description="names; none: every service")
    objectives: list[str]
    zone: str
    hours: str = Field(description="a line each, such as mon-fri 09:00-17:00; blank: any time")
    at_once: int = Field(description="severities from 1 to this one wait for no hour; 0: all do")
    is_enabled: bool
    unsubscribed_at: datetime | None
    groups: list[int]
    revision: int


class StakeholderSaved(StakeholderOut):
    made_secret: str = Field(description="of a webhook, made just now and never shown again; else blank")


class StakeholderBody(Schema):
    """All of it: what is left out is as at the beginning."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=160)]
    audience: AudienceName
    way: WayName
    role: Annotated[str, Field(max_length=160)] = ""
    person: Annotated[str, Field(max_length=254, description="of way person: a member's mail address")] = ""
    address: Annotated[str, Field(max_length=254, description="of way email")] = ""
    url: Annotated[str, Field(max_length=2_000, description="of way webhook")] = ""
    secret: Annotated[str, Field(max_length=200, description="of way webhook; blank keeps it, or makes one")] = ""
    channel: Annotated[Slug, Field(description="of way channel: its name")] = ""
    consent_note: Annotated[str, Field(max_length=500, description="who agreed, and when: for all outside")] = ""
    kinds: Annotated[list[KindName], Field(default_factory=list, max_length=6)]
    severity_max: int = 5
    services: Annotated[list[Slug], Field(default_factory=list, max_length=100)]
    objectives: Annotated[list[Slug], Field(default_factory=list, max_length=100)]
    zone: Annotated[str, Field(max_length=64)] = "UTC"
    hours: Annotated[str, Field(max_length=1_000)] = ""
    at_once: int = 2
    is_enabled: bool = True


class StakeholderCreate(StakeholderBody):
    team: Annotated[Slug, Field(description="slug")]


class StakeholderPut(StakeholderBody):
    revision: Revision = None


class GroupOut(Schema):
    id: int
    team: str
    name: str
    description: str
    members: list[int] = Field(description="ids of stakeholders")
    revision: int


class GroupBody(Schema):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=160)]
    description: Annotated[str, Field(max_length=500)] = ""
    members: Annotated[
        list[Id], Field(default_factory=list, max_length=500, description="ids of stakeholders of the team")
    ]


class GroupCreate(GroupBody):
    team: Annotated[Slug, Field(description="slug")]


class GroupPut(GroupBody):
    revision: Revision = None


class WordsOut(Schema):
    audience: AudienceName
    kind: KindName
    subject: str
    text: str
    is_own: bool = Field(description="false: what everybody begins with")
    is_automatic: bool
    revision: int = Field(description="0 while the team has none of its own")


class WordsBody(Schema):
    model_config = ConfigDict(extra="forbid")

    subject: Annotated[str, Field(max_length=160)]
    text: Annotated[str, Field(max_length=5_000)]
    is_automatic: bool = False
    revision: Revision = None


class PreviewBody(Schema):
    """About an incident, in the words of the team."""

    model_config = ConfigDict(extra="forbid")

    incident: int
    kind: IncidentKindName = "updated"
    audiences: Annotated[list[AudienceName], Field(min_length=1, max_length=4)]
    groups: Annotated[
        list[Id],
        Field(default_factory=list, max_length=100, description="only their members; none: whom it matters to"),
    ]
    impact: Annotated[str, Field(max_length=1_000, description="what users notice")] = ""
    next_update: Instant | None = Field(default=None, description="when the next message is promised")


class PlannedOut(Schema):
    stakeholder: int
    name: str
    place: str
    hour_at: datetime = Field(description="when, at their hour")
    silent_because: str


class AudiencePreviewOut(Schema):
    audience: AudienceName
    subject: str
    text: str
    recipients: list[PlannedOut]


class WrittenBody(Schema):
    """Other words than the team's for one audience."""

    model_config = ConfigDict(extra="forbid")

    audience: AudienceName
    subject: Annotated[str, Field(max_length=160)]
    text: Annotated[str, Field(max_length=5_000)]


class SendBody(PreviewBody):
    mode: ModeName = "hours"
    written: Annotated[list[WrittenBody], Field(default_factory=list, max_length=4)]
    only: Annotated[
        list[Id] | None, Field(max_length=500, description="ids of stakeholders; absent: all of the preview")
    ] = None
    remind_after_hours: Annotated[int, Field(description="0 to 72; 0: nobody by itself")] = 0
    key: Annotated[
        str | None, Field(min_length=1, max_length=100, description="the same one again sends nothing again")
    ] = None


class MessageTextOut(Schema):
    audience: AudienceName
    subject: str
    text: str


class MessageOut(Schema):
    id: int
    team: str
    incident: int | None
    kind: KindName
    title: str
    mode: ModeName
    texts: list[MessageTextOut]
    recipients: int
    read: int
    next_update_at: datetime | None
    remind_after_hours: int
    created_at: datetime
    created_by: str


class RecipientOut(Schema):
    stakeholder: int | None
    name: str
    audience: AudienceName
    place: str = Field(description="blank for those who may not tell them")
    standing: StandingName
    reason: str
    due_at: datetime | None
    sent_at: datetime | None
    read_at: datetime | None
    attempts: int
    reminders: int


class MessageDetail(MessageOut):
    people: list[RecipientOut]


class RemindedOut(Schema):
    reminded: int
