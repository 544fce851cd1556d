"""When a disaster recovery trial is due again, and when people are reminded of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from slo.domain.calendar import CalendarUnit, CalendarWindow

OVERDUE_EVERY = timedelta(days=7)
EVERY_MAX = {"day": 730, "month": 24}
REMIND_DAYS_MAX = 180


class Unit(StrEnum):
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Reminder:
    """stage: "before", or "overdue 0", "overdue 1", … by weeks since it was due: with the due instant its identity."""

    stage: str
    at: datetime

    @property
    def is_overdue(self) -> bool:
        return self.stage != "before"


def due_after(*, succeeded_at: datetime, every: int, unit: Unit) -> datetime:
    """So many days or months later, at the same minute in UTC; a day that the month lacks is its last."""
    start = succeeded_at.replace(second=0, microsecond=0)
    window = CalendarWindow(every, CalendarUnit(unit.value), start.replace(tzinfo=None))
    return window.period_at(start).end


def due_at(*, first_due_at: datetime, succeeded_at: datetime | None, every: int, unit: Unit) -> datetime:
    """The first due instant until a run held; then the interval after the last one that did.

    A run that held before its first due instant counts: it was done.
    """
    return first_due_at if succeeded_at is None else due_after(succeeded_at=succeeded_at, every=every, unit=unit)


def reminder_at(*, due_at: datetime, remind_days: int, now: datetime) -> Reminder | None:
    """The one that stands at *now*; None while it is early. After an outage only the newest is told."""
    if now >= due_at:
        weeks = (now - due_at) // OVERDUE_EVERY
        return Reminder(f"overdue {weeks}", due_at + weeks * OVERDUE_EVERY)
    before = due_at - timedelta(days=remind_days)
    return Reminder("before", before) if remind_days and now >= before else None


def next_reminder_after(*, due_at: datetime, remind_days: int, now: datetime) -> datetime:
    """The next instant, later than *now*, at which a reminder comes to stand."""
    before = due_at - timedelta(days=remind_days)
    if remind_days and now < before:
        return before
    if now < due_at:
        return due_at
    return due_at + ((now - due_at) // OVERDUE_EVERY + 1) * OVERDUE_EVERY
