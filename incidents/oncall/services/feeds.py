"""Secret addresses of calendars: made and revoked."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from incidents.oncall.models import CalendarFeed, Schedule
from reliability.access.domain.caller import Caller
from reliability.access.services import secret_addresses
from reliability.access.services.secret_addresses import Kind, NewAddress


def create(*, caller: Caller, schedule: Schedule | None, now: datetime) -> NewAddress[CalendarFeed]:
    """A feed of one readable schedule, or of the caller's own shifts everywhere. Raises Forbidden, Conflict."""
    most = settings.ONCALL_FEEDS_MAX
    return secret_addresses.create(kind=_KIND, caller=caller, columns={"schedule": schedule}, count_max=most, now=now)


def revoke(*, caller: Caller, feed_id: int, now: datetime) -> CalendarFeed:
    """End an own feed, or anybody's as an administrator. Raises NotFound."""
    return secret_addresses.revoke(kind=_KIND, caller=caller, address_id=feed_id, now=now)


def _subject_of(feed: CalendarFeed) -> tuple[str, int | None]:
    return (feed.schedule.slug, feed.schedule.team_id) if feed.schedule else ("own shifts", None)


_KIND = Kind(model=CalendarFeed, noun="calendar_feed", subject_of=_subject_of)
