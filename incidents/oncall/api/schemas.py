"""Schedules and shifts as they are answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from incidents.oncall.domain.rota import Shift, gaps
from incidents.oncall.models import Override, Schedule
from incidents.oncall.selectors.warnings import RotaWarning
from reliability.access.models import User
from reliability.kit.periods import Period


class PersonOut(Schema):
    email: str
    name: str


class ShiftOut(Schema):
    """[start, end), in UTC, cut to what was asked for."""

    start: datetime
    end: datetime
    user: str = Field(description="email address")
    name: str
    layer: str
    is_override: bool


class ScheduleGapOut(Schema):
    start: datetime
    end: datetime


class OverrideOut(Schema):
    id: int
    start: datetime
    end: datetime
    user: str
    replaces: str | None
    reason: str
    author: str
    is_declared: bool
    revoked_at: datetime | None


class ScheduleWarningOut(Schema):
    kind: str
    message: str
    start: datetime
    end: datetime
    user: str | None


class ScheduleOut(Schema):
    slug: str
    title: str
    team: str
    description: str
    notice_minutes: int
    time_zone: str
    layers: list[dict[str, Any]]
    overrides: list[OverrideOut] = Field(description="in force now or later")
    revision: int
    warnings: list[ScheduleWarningOut]
    shifts: list[ShiftOut] | None = Field(None, description="when shifts_from and shifts_to ask for them")
    gaps: list[ScheduleGapOut] | None = None


class ScheduleBrief(Schema):
    slug: str
    title: str
    team: str
    time_zone: str
    on_call: list[PersonOut]


class OnCallOut(Schema):
    """Who is on call: at one instant (`at`, `on_call`, `until`), or over a period (`shifts`, `gaps`)."""

    schedule: str
    title: str
    at: datetime | None = None
    on_call: list[PersonOut] | None = None
    until: datetime | None = Field(None, description="when that ends, null when not within eight weeks")
    shifts: list[ShiftOut] | None = None
    gaps: list[ScheduleGapOut] | None = None


def person_out(user: User) -> dict[str, str]:
    return {"email": user.email, "name": user.name}


def shifts_out(shifts: Iterable[Shift], users: Mapping[int, User]) -> list[dict[str, Any]]:
    return [
        {
            "start": shift.start,
            "end": shift.end,
            "user": users[shift.user_id].email,
            "name": users[shift.user_id].name,
            "layer": shift.layer,
            "is_override": shift.is_override,
        }
        for shift in shifts
        if shift.user_id in users
    ]


def gaps_out(shifts: Iterable[Shift], period: Period) -> list[dict[str, datetime]]:
    return [{"start": gap.start, "end": gap.end} for gap in gaps(shifts=shifts, period=period)]


def override_out(override: Override) -> dict[str, Any]:
    return {
        "id": override.pk,
        "start": override.start_at,
        "end": override.end_at,
        "user": override.user.email,
        "replaces": override.replaces.email if override.replaces else None,
        "reason": override.reason,
        "author": override.author_name,
        "is_declared": override.is_declared,
        "revoked_at": override.revoked_at,
    }


def warning_out(warning: RotaWarning) -> dict[str, Any]:
    return {
        "kind": warning.kind.value,
        "message": warning.text,
        "start": warning.period.start,
        "end": warning.period.end,
        "user": warning.user.email if warning.user else None,
    }


def with_emails(definition: Mapping[str, Any], users: Mapping[int, User]) -> list[dict[str, Any]]:
    """The layers of a stored definition, as a person writes them."""
    layers = []
    for layer in definition["layers"]:
        rotation = dict(layer["rotation"])
        rotation["participants"] = [users[user_id].email for user_id in rotation["participants"] if user_id in users]
        layers.append({**layer, "rotation": rotation})
    return layers


def schedule_out(
    *,
    schedule: Schedule,
    definition: Mapping[str, Any],
    overrides: Iterable[Override],
    users: Mapping[int, User],
    warnings: Iterable[RotaWarning],
) -> dict[str, Any]:
    return {
        "slug": schedule.slug,
        "title": schedule.title,
        "team": schedule.team.slug,
        "description": schedule.description,
        "notice_minutes": schedule.notice_minutes,
        "time_zone": definition["time_zone"],
        "layers": with_emails(definition, users),
        "overrides": [override_out(override) for override in overrides],
        "revision": schedule.revision,
        "warnings": [warning_out(warning) for warning in warnings],
    }
