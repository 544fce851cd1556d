"""Calendars of others: subscribed, uploaded, changed, removed. What they hold is taken in by `feed_content`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from chaos.schedules.domain.ical_events import FeedError
from chaos.schedules.models import BlackoutFeed
from chaos.schedules.services.fetching import checked_address, host_of, text_of
from chaos.schedules.services.owning import Detail, require_owner, require_room, services_named, zone_mistake
from reliability.access.domain.caller import Caller
from reliability.access.services import audit
from reliability.access.services.vault import encrypt
from reliability.outbox.services.due import cancel, demand
from reliability.web.errors import Conflict, Invalid, NotFound

DUE = "chaos.blackout_feed"  # key: a feed's id
TITLE_LENGTH_MAX = 120
WORDS_LENGTH_MAX = 120
_OWN = ("title", "time_zone", "only_words", "takes_free", "is_enabled")


@dataclass(frozen=True, slots=True)
class FeedDraft:
    """url or content, one of the two, for a new one; of one that is there, blank and None leave what it has.

    time_zone: of events that name none, when the calendar names none either. only_words: of titles. takes_free: also
    events that are marked as free. team_id None: the whole installation.
    """

    team_id: int | None
    title: str
    url: str = field(default="", repr=False)
    content: bytes | None = field(default=None, repr=False)
    time_zone: str = "UTC"
    only_words: str = ""
    takes_free: bool = False
    is_enabled: bool = True
    service_ids: Sequence[int] = ()


def create(*, caller: Caller, draft: FeedDraft, now: datetime, reason: str = "") -> BlackoutFeed:
    """Keep it and ask a worker to read it. Raises Forbidden, NotFound, Invalid with every mistake, Conflict."""
    require_owner(caller=caller, team_id=draft.team_id)
    require_room(
        model=BlackoutFeed,
        team_id=draft.team_id,
        most=settings.BLACKOUT_FEEDS_PER_TEAM_MAX,
        noun="calendars to take blackouts from",
    )
    url = _checked(draft, None)
    services = services_named(caller=caller, team_id=draft.team_id, ids=draft.service_ids)
    with transaction.atomic():
        made = BlackoutFeed(
            team_id=draft.team_id,
            kind=BlackoutFeed.Kind.SUBSCRIBED if url else BlackoutFeed.Kind.UPLOADED,
            created_at=now,
            updated_at=now,
            updated_by_name=caller.name[:160],
            **_fields(draft),
        )
        _take_source(made, draft, url)
        made.save(force_insert=True)
        made.services.set(services)
        _record(caller, "blackout_feed.create", made, now, reason, {n: [None, v] for n, v in _audited(made).items()})
        demand(kind=DUE, key=made.pk, now=now, lane=_lane(made))
    return made


def edit(
    *,
    caller: Caller,
    feed: BlackoutFeed,
    draft: FeedDraft,
    now: datetime,
    expected_revision: int | None = None,
    reason: str = "",
) -> BlackoutFeed:
    """Bring it to *draft* and have it read again. Raises as create, and Conflict when somebody changed it since."""
    require_owner(caller=caller, team_id=feed.team_id)
    if draft.team_id != feed.team_id:
        raise Invalid(details=[{"field": "team", "message": "stays as it is: add the calendar there"}])
    url = _checked(draft, feed)
    services = services_named(caller=caller, team_id=feed.team_id, ids=draft.service_ids)
    with transaction.atomic():
        stored = _locked(feed)
        if expected_revision is not None and expected_revision != stored.revision:
            message = f"{stored.updated_by_name or 'somebody'} changed this calendar after you opened it: look again"
            raise Conflict(message, reason="changed_meanwhile", details=[{"field": "revision", "message": message}])
        before = _audited(stored)
        for name, value in _fields(draft).items():
            setattr(stored, name, value)
        is_new_source = _take_source(stored, draft, url)
        stored.services.set(services)
        changes = audit.changes_between(old=before, new=_audited(stored))
        if is_new_source:
            changes["source"] = ["…", "another address" if url else "another file"]
        if changes:
            stored.known_until_at = None  # what it holds is worked out anew
            stored.revision += 1
            stored.updated_at, stored.updated_by_name = now, caller.name[:160]
            stored.save()
            _record(caller, "blackout_feed.update", stored, now, reason, changes)
            demand(kind=DUE, key=stored.pk, now=now, lane=_lane(stored))
    return stored


def delete(*, caller: Caller, feed: BlackoutFeed, now: datetime, reason: str = "") -> None:
    """With all it holds: from here on runs may begin. Raises Forbidden, NotFound."""
    require_owner(caller=caller, team_id=feed.team_id)
    with transaction.atomic():
        stored = _locked(feed)
        _record(
            caller, "blackout_feed.delete", stored, now, reason, {n: [v, None] for n, v in _audited(stored).items()}
        )
        cancel(kind=DUE, key=stored.pk)
        stored.delete()


def refresh(*, caller: Caller, feed: BlackoutFeed, now: datetime) -> None:
    """Have a worker read it now. Raises Forbidden, NotFound, Conflict when it is switched off."""
    require_owner(caller=caller, team_id=feed.team_id)
    with transaction.atomic():
        stored = _locked(feed)
        if not stored.is_enabled:
            raise Conflict("this calendar is switched off: switch it on first", reason="switched_off")
        _record(caller, "blackout_feed.refresh", stored, now, "", {})
        demand(kind=DUE, key=stored.pk, now=now, lane=_lane(stored))


def draft_of(*, feed: BlackoutFeed) -> FeedDraft:
    """The feed as a draft to change; where it comes from stays."""
    return FeedDraft(
        team_id=feed.team_id,
        title=feed.title,
        time_zone=feed.time_zone,
        only_words=feed.only_words,
        takes_free=feed.takes_free,
        is_enabled=feed.is_enabled,
        service_ids=[service.pk for service in feed.services.all()],
    )


def _lane(feed: BlackoutFeed) -> str:
    return f"calendar:{feed.host}"[:120] if feed.host else ""


def _checked(draft: FeedDraft, stored: BlackoutFeed | None) -> str:
    """The address that was given, as it is stored; blank for none. Raises Invalid."""
    details: list[Detail] = []
    title = draft.title.strip()
    if not title or len(title) > TITLE_LENGTH_MAX:
        details.append(
            {"field": "title", "message": f"has 1 to {TITLE_LENGTH_MAX} characters, such as Release freezes"}
        )
    if len(draft.only_words.strip()) > WORDS_LENGTH_MAX:
        details.append({"field": "only_words", "message": f"has at most {WORDS_LENGTH_MAX} characters"})
    if mistake := zone_mistake(draft.time_zone):
        details.append({"field": "time_zone", "message": mistake})
    url = ""
    if draft.url.strip():
        try:
            url = checked_address(url=draft.url)
        except FeedError as error:
            details.append({"field": "url", "message": str(error)})
    details += _mistakes_of_source(draft, stored)
    if details:
        raise Invalid(details=details)
    return url


def _mistakes_of_source(draft: FeedDraft, stored: BlackoutFeed | None) -> list[Detail]:
    has_url, has_file = bool(draft.url.strip()), draft.content is not None
    if has_url and has_file:
        return [{"field": "url", "message": "give an address or a file, not both"}]
    if stored is None and not (has_url or has_file):
        return [{"field": "url", "message": "give the address of a calendar, or a file"}]
    if has_file and stored is not None and stored.kind != BlackoutFeed.Kind.UPLOADED:
        return [{"field": "file", "message": "this calendar is read from its address: give another one"}]
    if has_url and stored is not None and stored.kind != BlackoutFeed.Kind.SUBSCRIBED:
        return [{"field": "url", "message": "this calendar is a file: give another file"}]
    most = settings.BLACKOUT_FEED_BYTES_MAX
    if draft.content is not None and len(draft.content) > most:
        return [{"field": "file", "message": f"is larger than {most:,} bytes: export a smaller calendar"}]
    if draft.content is not None and b"BEGIN:VCALENDAR" not in draft.content.upper():
        return [{"field": "file", "message": "is no iCalendar file: it has no BEGIN:VCALENDAR; export it as .ics"}]
    return []


def _fields(draft: FeedDraft) -> dict[str, Any]:
    return {
        "title": " ".join(draft.title.split()),
        "time_zone": draft.time_zone,
        "only_words": draft.only_words.strip(),
        "takes_free": draft.takes_free,
        "is_enabled": draft.is_enabled,
    }


def _take_source(feed: BlackoutFeed, draft: FeedDraft, url: str) -> bool:
    if url:
        feed.sealed, feed.host = encrypt(url), host_of(url=url)
        feed.etag = feed.last_modified = ""
    elif draft.content is not None:
        feed.text = text_of(content=draft.content)
    return bool(url) or draft.content is not None


def _locked(feed: BlackoutFeed) -> BlackoutFeed:
    stored: BlackoutFeed | None = BlackoutFeed.objects.select_for_update(of=("self",)).filter(pk=feed.pk).first()
    if stored is None:
        raise NotFound("this calendar has been removed meanwhile")
    return stored


def _audited(feed: BlackoutFeed) -> dict[str, Any]:
    names = list(feed.services.order_by("name").values_list("name", flat=True))
    return {**{name: getattr(feed, name) for name in _OWN}, "host": feed.host, "services": names}


def _record(
    caller: Caller, action: str, feed: BlackoutFeed, now: datetime, reason: str, changes: dict[str, list[Any]]
) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind="blackout_feed",
        object_name=feed.title,
        team_id=feed.team_id,
        now=now,
        changes=changes,
        reason=reason,
    )
