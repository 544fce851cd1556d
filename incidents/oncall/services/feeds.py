"""Secret addresses of calendars: made, read, revoked. Only the SHA-256 of the secret is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from incidents.oncall.models import CalendarFeed, Schedule
from reliability.access.domain.caller import Caller
from reliability.access.domain.secret import new_link_secret
from reliability.access.services import audit
from reliability.web.errors import Conflict, Forbidden, NotFound

KIND = "calendar_feed"
_READ_NOTED_EVERY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class NewFeed:
    """secret: in the address, shown once."""

    feed: CalendarFeed
    secret: str


def create(*, caller: Caller, schedule: Schedule | None, now: datetime) -> NewFeed:
    """A feed of one readable schedule, or of the caller's own shifts everywhere. Raises Forbidden, Conflict."""
    if caller.user_id is None:
        raise Forbidden("a calendar belongs to a person, tokens read the API", reason="not_a_person")
    with transaction.atomic():
        held = CalendarFeed.objects.filter(user_id=caller.user_id, revoked_at=None).count()
        if held >= settings.ONCALL_FEEDS_MAX:
            raise Conflict(f"you have {held} calendar addresses already: revoke one you do not use", reason="too_many")
        secret = new_link_secret()
        feed = CalendarFeed.objects.create(
            user_id=caller.user_id, schedule=schedule, hint=secret.prefix, secret_hash=secret.hash, created_at=now
        )
        _record(caller, "calendar_feed.create", feed, now)
    return NewFeed(feed, secret.text)


def revoke(*, caller: Caller, feed_id: int, now: datetime) -> CalendarFeed:
    """End an own feed, or anybody's as an administrator. Raises NotFound."""
    with transaction.atomic():
        mine = Q() if caller.is_administrator else Q(user_id=caller.user_id)
        feed = CalendarFeed.objects.filter(mine, pk=feed_id, revoked_at=None).first()
        if feed is None:
            raise NotFound("there is no such calendar address of yours, or it is revoked already")
        feed.revoked_at = now
        feed.save(update_fields=("revoked_at",))
        _record(caller, "calendar_feed.revoke", feed, now)
    return feed


def note_read(*, feed: CalendarFeed, now: datetime) -> None:
    """Remember that a calendar asked, coarsely: many poll every minute."""
    if feed.last_read_at is None or now - feed.last_read_at >= _READ_NOTED_EVERY:
        CalendarFeed.objects.filter(pk=feed.pk).update(last_read_at=now)


def _record(caller: Caller, action: str, feed: CalendarFeed, now: datetime) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind=KIND,
        object_name=f"{feed.hint}… {feed.schedule.slug if feed.schedule else 'own shifts'}",
        team_id=feed.schedule.team_id if feed.schedule else None,
        now=now,
    )
