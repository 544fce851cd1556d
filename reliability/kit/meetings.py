"""A meeting as an iCalendar (RFC 5545, RFC 5546): asked for, changed, cancelled; one UID, a SEQUENCE that rises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from icalendar import Calendar, Event, vCalAddress, vText


class Method(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"


@dataclass(frozen=True, slots=True)
class Meeting:
    """organizer, attendee: mail addresses; attendee blank: nobody in particular. answer: PARTSTAT.

    category: what kind of meeting, in a word or two: `Game day`.
    """

    uid: str
    sequence: int
    title: str
    description: str
    start: datetime
    end: datetime
    place: str
    url: str
    organizer: str
    organizer_name: str
    changed_at: datetime
    category: str
    attendee: str = ""
    attendee_name: str = ""
    answer: str = "NEEDS-ACTION"
    is_cancelled: bool = False


def to_ical(*, meeting: Meeting, method: Method) -> bytes:
    """The calendar as bytes with CRLF and folded lines."""
    calendar = Calendar()
    calendar.add("prodid", f"-//Reliability//{meeting.category}s//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    calendar.add_component(_event(meeting, method))
    written: bytes = calendar.to_ical()
    return written


def _event(meeting: Meeting, method: Method) -> Event:
    event = Event()
    event.add("uid", meeting.uid)
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", meeting.changed_at)
    event.add("dtstart", meeting.start)
    event.add("dtend", meeting.end)
    event.add("summary", meeting.title)
    event.add("description", meeting.description)
    if meeting.place:
        event.add("location", meeting.place)
    event.add("url", meeting.url)
    is_off = meeting.is_cancelled or method is Method.CANCEL
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if is_off else "OPAQUE")
    event.add("categories", [meeting.category])
    organizer = vCalAddress(f"mailto:{meeting.organizer}")
    organizer.params["cn"] = vText(meeting.organizer_name)
    event["organizer"] = organizer
    if meeting.attendee:
        attendee = vCalAddress(f"mailto:{meeting.attendee}")
        attendee.params["cn"] = vText(meeting.attendee_name or meeting.attendee)
        attendee.params["role"] = vText("REQ-PARTICIPANT")
        attendee.params["partstat"] = vText(meeting.answer)
        attendee.params["rsvp"] = vText("FALSE")  # answers come by our link: nobody reads that mailbox
        event.add("attendee", attendee, encode=False)
    return event
