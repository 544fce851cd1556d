"""Shifts as an iCalendar: an event for each turn of somebody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from reliability.kit import ical
from reliability.kit.ical import IcalEvent


@dataclass(frozen=True, slots=True)
class CalendarShift:
    """One event. turn_start: when the turn of the rotation began of which this is the first part, else its own start:
    the UID names it, so that an override that cuts a shift moves its event instead of making another. None: it began
    before what is looked at."""

    schedule_id: int
    user_id: int
    start: datetime
    end: datetime
    turn_start: datetime | None
    summary: str
    description: str
    url: str
    changed_at: datetime


def to_ical(*, name: str, shifts: Iterable[CalendarShift], host: str) -> bytes:
    """The calendar as bytes. name: what programs call it. Being on call does not fill a day."""
    return ical.to_ical(name=name, product="On call", events=[_event(shift) for shift in shifts], host=host)


def _event(shift: CalendarShift) -> IcalEvent:
    start = "open" if shift.turn_start is None else f"{int(shift.turn_start.timestamp())}"
    return IcalEvent(
        uid=f"shift-{shift.schedule_id}-{shift.user_id}-{start}",
        start=shift.start,
        end=shift.end,
        summary=shift.summary,
        description=shift.description,
        url=shift.url,
        changed_at=shift.changed_at,
        category="On call",
    )
