"""Events as an iCalendar (RFC 5545): UTC, stable UIDs, so that calendars update instead of doubling."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

REFRESH = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class IcalEvent:
    """One event, [start, end). uid: names it for ever, whatever moves; the host is put behind it.

    changed_at: when what it says last changed, so that the same bytes come again. sequence: rises with each change.
    days: first day and the day after the last, for what is told without times. is_busy: it fills the day.
    """

    uid: str
    start: datetime
    end: datetime
    summary: str
    changed_at: datetime
    description: str = ""
    url: str = ""
    category: str = ""
    sequence: int = 0
    days: tuple[date, date] | None = None
    is_busy: bool = False
    is_cancelled: bool = False


def to_ical(*, name: str, product: str, events: Iterable[IcalEvent], host: str) -> bytes:
    """The calendar as bytes with CRLF and folded lines (RFC 5545 3.1). name: what programs call it.

    product: of ours, in the PRODID. host: of the installation.
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//Reliability//{product}//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)  # RFC 7986
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", "UTC")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for event in events:
        calendar.add_component(_event(event, host))
    written: bytes = calendar.to_ical()
    return written


def _event(of: IcalEvent, host: str) -> Event:
    event = Event()
    changed_at = of.changed_at.replace(microsecond=0)
    event.add("uid", f"{of.uid}@{host}")
    event.add("dtstamp", changed_at)
    if of.sequence:
        event.add("last-modified", changed_at)
        event.add("sequence", of.sequence)
    event.add("dtstart", of.days[0] if of.days else of.start)
    event.add("dtend", of.days[1] if of.days else of.end)
    event.add("summary", of.summary)
    for field, value in (("description", of.description), ("url", of.url)):
        if value:
            event.add(field, value)
    if of.is_cancelled:
        event.add("status", "CANCELLED")
    event.add("transp", "OPAQUE" if of.is_busy else "TRANSPARENT")
    if of.category:
        event.add("categories", [of.category])
    return event
