"""Shifts as an iCalendar (RFC 5545): UTC, stable UIDs, so that calendars update instead of doubling."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event

_REFRESH = timedelta(hours=1)
_PRODUCT = "-//Reliability//On call//EN"


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
    """The calendar as bytes with CRLF and folded lines (RFC 5545 3.1). name: what programs call it."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)  # RFC 7986
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", "UTC")
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for shift in shifts:
        calendar.add_component(_event(shift, host))
    written: bytes = calendar.to_ical()
    return written


def _event(shift: CalendarShift, host: str) -> Event:
    event = Event()
    start = "open" if shift.turn_start is None else f"{int(shift.turn_start.timestamp())}"
    event.add("uid", f"shift-{shift.schedule_id}-{shift.user_id}-{start}@{host}")
    event.add("dtstamp", shift.changed_at)
    event.add("dtstart", shift.start)
    event.add("dtend", shift.end)
    event.add("summary", shift.summary)
    event.add("description", shift.description)
    event.add("url", shift.url)
    event.add("transp", "TRANSPARENT")  # being on call does not fill a day
    event.add("categories", ["On call"])
    return event
