"""What callers write and read of blackouts and the calendar."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from chaos.runs.calendar import Entry
from chaos.schedules.models import Blackout, BlackoutFeed
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.web.api.params import Instant

# Spelt out: two schemas of one name in the document would be answered by the first one's.
BlackoutRepeat = Literal["never", "daily", "weekdays", "weekly", "fortnightly", "monthly", "yearly"]
CalendarKind = Literal["experiment", "run", "blackout", "game_day", "trial", "on_call"]
Services = Annotated[list[Annotated[str, Field(max_length=63)]], Field(max_length=100)]
Zone = Annotated[str, Field(max_length=63, examples=["Europe/Berlin"])]
Why = Annotated[str, Field(max_length=2000, description="why, for the audit trail")]
Owner = Annotated[str | None, Field(max_length=63, description="slug of the owner; null: the whole installation")]
Revision = Annotated[int | None, Field(description="what was read; 409 when somebody changed it since")]


class BlackoutFields(Schema):
    model_config = ConfigDict(extra="forbid")

    title: Annotated[str | None, Field(max_length=120, examples=["Release freeze"])] = None
    start: Instant | None = None
    end: Instant | None = None
    time_zone: Zone | None = None
    is_whole_days: bool | None = None
    repeats: BlackoutRepeat | None = None
    repeats_until: Instant | None = None
    note: Annotated[str | None, Field(max_length=2_000)] = None
    services: Annotated[Services | None, Field(description="names; empty: all of the team")] = None
    reason: Why = ""


class BlackoutCreate(BlackoutFields):
    """Times repeat on the clock of the zone."""

    team: Owner
    title: Annotated[str, Field(max_length=120, examples=["Release freeze"])]
    start: Instant
    end: Instant
    time_zone: Zone = "UTC"


class BlackoutChange(BlackoutFields):
    """What is absent stays."""

    revision: Revision = None


class BlackoutOut(Schema):
    id: int
    team: str | None = Field(description="null: the whole installation")
    title: str
    note: str
    time_zone: str
    is_whole_days: bool
    start: datetime = Field(description="of the first time")
    end: datetime
    repeats: str
    repeats_until: datetime | None = Field(description="no time begins from then on")
    services: list[str] = Field(description="empty: all of the team; those of other private teams are left out")
    updated_at: datetime
    updated_by: str
    revision: int


class FeedFields(Schema):
    model_config = ConfigDict(extra="forbid")

    title: Annotated[str | None, Field(max_length=120, examples=["Release calendar"])] = None
    url: Annotated[
        str | None, Field(max_length=2_000, description="of a calendar to subscribe to; kept secret, never answered")
    ] = None
    text: Annotated[str | None, Field(max_length=4 * 1024 * 1024, description="or an iCalendar file")] = None
    time_zone: Annotated[
        str | None, Field(max_length=63, description="where the calendar names none", examples=["Europe/Berlin"])
    ] = None
    only_words: Annotated[str | None, Field(max_length=120, description="only events whose title holds them")] = None
    takes_free: Annotated[bool | None, Field(description="also events that are marked as free")] = None
    is_enabled: bool | None = None
    services: Annotated[Services | None, Field(description="names; empty: all of the team")] = None
    reason: Why = ""


class FeedCreate(FeedFields):
    """Give url or text."""

    team: Owner
    title: Annotated[str, Field(max_length=120, examples=["Release calendar"])]


class FeedChange(FeedFields):
    """What is absent stays."""

    revision: Revision = None


class BlackoutFeedOut(Schema):
    id: int
    team: str | None = Field(description="null: the whole installation")
    title: str
    kind: str = Field(description="subscribed or uploaded")
    host: str = Field(description="of the address, which is kept secret")
    time_zone: str
    only_words: str
    takes_free: bool
    is_enabled: bool
    services: list[str]
    tried_at: datetime | None
    fetched_at: datetime | None = Field(description="when the copy was last the newest")
    error: str = Field(description="of the last try; the copy stays in force")
    entries: int = Field(description="times that are known")
    known_until: datetime | None
    remarks: list[str] = Field(description="what was left out")
    updated_at: datetime
    revision: int


class CalendarEntryOut(Schema):
    kind: CalendarKind
    title: str
    start: datetime
    end: datetime
    is_whole_days: bool
    is_cancelled: bool
    state: str
    note: str
    url: str = Field(description="of its page, on this host")
    team: str | None = Field(description="null: the whole installation")


class CalendarOut(Schema):
    entries: list[CalendarEntryOut]
    remarks: list[str] = Field(description="what is not in it")


def blackout_out(row: Blackout, *, caller: Caller) -> dict[str, Any]:
    names = ("title", "note", "time_zone", "is_whole_days", "repeats", "updated_at", "revision")
    return {
        **{name: getattr(row, name) for name in names},
        "id": row.pk,
        "team": row.team.slug if row.team else None,
        "start": row.start_at,
        "end": row.end_at,
        "repeats_until": row.repeats_until_at,
        "services": services_out(row, caller=caller),
        "updated_by": row.updated_by_name,
    }


def feed_out(row: BlackoutFeed, *, caller: Caller) -> dict[str, Any]:
    names = (
        "title", "kind", "host", "time_zone", "only_words", "takes_free", "is_enabled", "tried_at", "fetched_at",
        "error", "remarks", "updated_at", "revision",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in names},
        "id": row.pk,
        "team": row.team.slug if row.team else None,
        "services": services_out(row, caller=caller),
        "entries": row.entries_count,
        "known_until": row.known_until_at,
    }


def entry_out(entry: Entry, *, teams: dict[int, str]) -> dict[str, Any]:
    names = ("title", "start", "end", "is_whole_days", "is_cancelled", "state", "note", "url")
    return {
        **{name: getattr(entry, name) for name in names},
        "kind": entry.kind.value,
        "team": teams.get(entry.team_id) if entry.team_id is not None else None,
    }


def services_out(row: Blackout | BlackoutFeed, *, caller: Caller) -> list[str]:
    """Names of those that the caller may know of."""
    found = [one.name for one in row.services.all() if visible(caller=caller, related=one) is not None]
    return sorted(found)
