"""When people are reminded of what expires: once before, once when it has."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum


class Stage(StrEnum):
    BEFORE = "before"
    EXPIRED = "expired"


def stage_at(*, expires_at: datetime, remind_days: int, now: datetime) -> Stage | None:
    """What stands at *now*; None while it is early. After an outage only the newest is told."""
    if now >= expires_at:
        return Stage.EXPIRED
    return Stage.BEFORE if remind_days and now >= expires_at - timedelta(days=remind_days) else None


def next_after(*, expires_at: datetime, remind_days: int, now: datetime) -> datetime | None:
    """The next instant, later than *now*, at which something is told; None when all of it was."""
    before = expires_at - timedelta(days=remind_days)
    if remind_days and now < before:
        return before
    return expires_at if now < expires_at else None
