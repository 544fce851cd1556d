"""Types of parameters and fields that several endpoints read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from reliability.kit.durations import format_duration, parse_duration
from reliability.kit.instants import parse_instant


def _instant(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str | int | float):
        raise ValueError("write RFC 3339 such as 2026-03-01T12:00:00Z, or seconds since the epoch")  # noqa: TRY004 -- pydantic turns only ValueError into an answer
    return parse_instant(value)


def _duration(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise ValueError("write a number and a unit (s, m, h, d, w), such as 5m or 28d")  # noqa: TRY004 -- pydantic turns only ValueError into an answer
    return parse_duration(value)


# An instant: RFC 3339 text with an offset, or seconds since the epoch.
Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "format": "date-time"}, {"type": "number"}],
            "description": "RFC 3339 with an offset, or seconds since the epoch",
            "examples": ["2026-03-01T12:00:00Z", 1772366400],
        },
        mode="validation",
    ),
]

# A duration in the notation of Prometheus: 5m, 1h30m, 28d.
Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    WithJsonSchema(
        {"type": "string", "pattern": r"^([0-9]+[smhdw])+$", "maxLength": 40, "examples": ["5m", "1h", "28d"]},
        mode="validation",
    ),
]

Name = Annotated[
    str,
    Field(
        min_length=1,
        max_length=63,
        pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
        description="lower-case letters, digits and dashes; it names the object in addresses",
        examples=["checkout-availability"],
    ),
]


def duration_text(value: timedelta) -> str:
    return format_duration(value)
