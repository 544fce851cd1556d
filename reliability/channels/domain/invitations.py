"""A meeting as the attachment by which calendars take it in, change it or take it off."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from reliability.channels.domain.message import Attachment
from reliability.kit.meetings import Meeting, Method, to_ical


def invitation(*, meeting: Meeting, is_off: bool) -> Attachment:
    method = Method.CANCEL if is_off else Method.REQUEST
    name = "cancel.ics" if is_off else "invite.ics"
    return Attachment(name, "calendar", to_ical(meeting=meeting, method=method), {"method": method.value})


def clock_words(*, at: datetime, zone_name: str) -> str:
    """`2026-11-28 10:00 Europe/Berlin (09:00 UTC)`; the UTC only where they differ."""
    words = f"{at.astimezone(ZoneInfo(zone_name)):%Y-%m-%d %H:%M} {zone_name}"
    return words if zone_name == "UTC" else f"{words} ({at:%H:%M} UTC)"
