"""What a calendar of others holds: fetched, read, written out as entries. The last good copy outlives failures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from chaos.schedules.domain.ical_events import FeedError, FeedReading, Wanted
from chaos.schedules.models import BlackoutFeed, FeedEntry
from chaos.schedules.selectors.feeds import url_of
from chaos.schedules.services.fetching import Fetched, fetch
from chaos.schedules.services.reading import read_calendar
from reliability.access.services.vault import VaultError
from reliability.kit.periods import Period

BACK, AHEAD = timedelta(days=62), timedelta(days=400)
KEPT = timedelta(days=400)  # entries that are over
_FETCHED_EVERY, _READ_EVERY = timedelta(hours=1), timedelta(days=1)
_ERROR_LENGTH_MAX = 500


@dataclass(frozen=True, slots=True)
class _Result:
    """fetched None: nothing was asked, or it failed. reading None: nothing had to be read, or it failed."""

    fetched: Fetched | None = None
    reading: FeedReading | None = None
    error: str = ""


def take_in(*, feed_id: int, now: datetime) -> datetime | None:
    """Bring the entries of a feed up to date. Returns when to look again; None when it is gone or switched off.

    Call it outside of a transaction: it waits for other systems. Safe to run twice.
    """
    feed = BlackoutFeed.objects.filter(pk=feed_id, is_enabled=True).first()
    if feed is None:
        return None
    result = _looked(feed, now)
    with transaction.atomic():
        stored = BlackoutFeed.objects.select_for_update(of=("self",)).filter(pk=feed_id).first()
        if stored is None:
            return None
        if stored.revision != feed.revision:
            return now  # changed meanwhile: what was read may be of another address
        _keep(stored, result, now)
    is_subscribed = stored.kind == BlackoutFeed.Kind.SUBSCRIBED
    return now + (_FETCHED_EVERY if is_subscribed else _READ_EVERY)


def _looked(feed: BlackoutFeed, now: datetime) -> _Result:
    fetched: Fetched | None = None
    error = ""
    if feed.kind == BlackoutFeed.Kind.SUBSCRIBED:
        try:
            fetched = fetch(url=url_of(feed=feed), etag=feed.etag, last_modified=feed.last_modified)
        except VaultError:
            error = "its address cannot be opened any more (the key is gone): enter it again"
        except FeedError as failure:
            error = str(failure)
    is_new = fetched is not None and fetched.text is not None and fetched.text != feed.text
    text = fetched.text if fetched is not None and fetched.text is not None else feed.text
    is_stale = feed.known_until_at is None or feed.known_until_at < now + AHEAD - 2 * _READ_EVERY
    if not text or not (is_new or is_stale):
        return _Result(fetched, error=error)
    try:
        return _Result(fetched, read_calendar(text=text, wanted=_wanted(feed, now)), error)
    except FeedError as failure:
        return _Result(error=error or str(failure))


def _wanted(feed: BlackoutFeed, now: datetime) -> Wanted:
    return Wanted(
        period=Period(now - BACK, now + AHEAD),
        zone_name=feed.time_zone,
        takes_free=feed.takes_free,
        only_words=feed.only_words,
        entries_max=settings.BLACKOUT_FEED_ENTRIES_MAX,
    )


def _keep(feed: BlackoutFeed, result: _Result, now: datetime) -> None:
    feed.tried_at = now
    feed.error = result.error[:_ERROR_LENGTH_MAX]
    feed.failures_count = feed.failures_count + 1 if result.error else 0
    if result.fetched is not None:
        if result.fetched.text is not None:
            feed.text = result.fetched.text
            feed.etag, feed.last_modified = result.fetched.etag, result.fetched.last_modified
        feed.fetched_at = now
    elif feed.kind == BlackoutFeed.Kind.UPLOADED and not result.error:
        feed.fetched_at = feed.fetched_at or now
    if result.reading is not None:
        _write_entries(feed, result.reading, now)
    feed.save()


def _write_entries(feed: BlackoutFeed, reading: FeedReading, now: datetime) -> None:
    """Entries of the period that was read are replaced; those that were over before stay for a while."""
    start = now - BACK
    old = {
        (key, title, begin, end)
        for key, title, begin, end in feed.entries.values_list("key", "title", "start_at", "end_at")
        if end > start
    }
    new = {(time.key, time.title, time.start, time.end) for time in reading.times}
    feed.entries.filter(
        Q(end_at__gt=start) | Q(end_at__lte=now - KEPT) | Q(key__in=[time.key for time in reading.times])
    ).delete()
    FeedEntry.objects.bulk_create(
        FeedEntry(
            feed=feed,
            key=time.key,
            title=time.title,
            start_at=time.start,
            end_at=time.end,
            is_all_day=time.is_all_day,
        )
        for time in reading.times
    )
    if new != old:
        feed.content_at = now
        feed.content_number += 1
    feed.entries_count = feed.entries.count()
    feed.known_until_at = reading.known_until
    feed.remarks = list(reading.remarks)
