"""What callers write of schedules: documents, overrides, shifts to take."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field

Moment = Annotated[
    str,
    Field(
        max_length=40,
        description="local time of the zone such as 2026-03-02T09:00, or an instant with Z or an offset",
        examples=["2026-03-02T09:00", "2026-03-02T08:00:00Z"],
    ),
]


def _email(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("must be an email address, such as ann@example.org")  # noqa: TRY004 -- pydantic turns only ValueError into an answer
    return value


def _weekday(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("write mon, tue, wed, thu, fri, sat or sun: numbers mean different days to different people")  # noqa: TRY004 -- as above
    return value


Email = Annotated[str, BeforeValidator(_email), Field(max_length=254, examples=["ann@example.org"])]
Weekday = Annotated[str, BeforeValidator(_weekday), Field(max_length=12, examples=["mon"])]


# What an answer tells beside the document: taken back, and without effect.
Ignored = Annotated[Any, Field(description="as read; without effect")]
_READ_ONLY = frozenset({"id", "author", "revoked_at"})
_NOT_OF_THE_DOCUMENT = {"effective_from", "revision", "reason", "slug", "warnings", "shifts", "gaps"}


class HandoffBody(Schema):
    model_config = ConfigDict(extra="forbid")

    weekday: Weekday
    time: Annotated[str, Field(max_length=8, examples=["09:00"])]


class RotationBody(Schema):
    """Turns of `length` units, from `start` on. custom hands over at every `length`-th of the weekly `handoffs`."""

    model_config = ConfigDict(extra="forbid")

    unit: Annotated[str, Field(max_length=12, description="hour, day, week, month or custom", examples=["week"])]
    length: int = 1
    start: Moment
    end: Moment | None = None
    handoffs: Annotated[list[HandoffBody] | None, Field(description="for the unit custom")] = None
    participants: list[Email]


class RestrictionBody(Schema):
    """Hours of the day, on some weekdays or all. An end at or before the start lies on the next day."""

    model_config = ConfigDict(extra="forbid")

    weekdays: list[Weekday] | None = None
    start: Annotated[str, Field(max_length=8)] = "00:00"
    end: Annotated[str, Field(max_length=8)] = "24:00"


class LayerBody(Schema):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=200)]
    priority: Annotated[int, Field(description="the highest number wins; at the same one the layer written first")] = 0
    time_zone: Annotated[str | None, Field(max_length=64, description="of this layer; else the schedule's")] = None
    rotation: RotationBody
    restrictions: list[RestrictionBody] | None = None


class OverrideBody(Schema):
    """user instead of whoever it would be, or only where that would be replaces. The newest wins."""

    model_config = ConfigDict(extra="forbid")

    start: Moment
    end: Moment
    user: Email
    replaces: Email | None = None
    reason: Annotated[str, Field(max_length=2000)] = ""


class OverrideEntry(OverrideBody):
    """As it was read, or to declare. One that was made by hand (is_declared: false) stays as it is."""

    is_declared: bool = True
    id: Ignored = None
    author: Ignored = None
    revoked_at: Ignored = None


class TakeBody(Schema):
    model_config = ConfigDict(extra="forbid")

    start: Moment
    end: Moment
    reason: Annotated[str, Field(max_length=2000)] = ""


class SchedulePut(Schema):
    """A schedule as one document. What is left out stays as it is, of a new schedule it is the default.

    What GET answers can be sent back as it is.
    """

    model_config = ConfigDict(extra="forbid")

    slug: Annotated[str | None, Field(max_length=63, description="as in the address")] = None
    warnings: Ignored = None
    shifts: Ignored = None
    gaps: Ignored = None
    title: Annotated[str | None, Field(max_length=120)] = None
    team: Annotated[str | None, Field(max_length=63, description="slug of the owner; needed unless you edit one")] = (
        None
    )
    description: Annotated[str | None, Field(max_length=10_000)] = None
    notice_minutes: Annotated[int | None, Field(description="tell people so long before their shift; 0: not")] = None
    time_zone: Annotated[str, Field(max_length=64, examples=["Europe/Berlin"])] = "UTC"
    layers: list[LayerBody]
    overrides: Annotated[
        list[OverrideEntry] | None,
        Field(description="exactly these are in force beside those made by hand; left out, they stay"),
    ] = None
    effective_from: Annotated[
        datetime | None, Field(description="from when a changed rotation counts: now when left out; the past stays")
    ] = None
    revision: Annotated[int | None, Field(description="the revision this edit was made from; 409 when it is old")] = (
        None
    )
    reason: Annotated[str, Field(max_length=2000, description="why, for the audit trail")] = ""

    def document(self) -> dict[str, Any]:
        """As services read it: what was not sent is not in it."""
        sent = self.model_dump(exclude_unset=True, exclude=_NOT_OF_THE_DOCUMENT)
        kept = {name: value for name, value in sent.items() if value is not None}
        kept["layers"] = [_without_none(layer) for layer in kept["layers"]]
        if "overrides" in kept:
            kept["overrides"] = [
                {name: value for name, value in _without_none(entry).items() if name not in _READ_ONLY}
                for entry in kept["overrides"]
            ]
        return kept


def _without_none(written: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_none(value) if isinstance(value, dict) else value
        for name, value in written.items()
        if value is not None
    }
