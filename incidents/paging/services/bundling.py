"""In a storm a place gets few messages: the last of them stands for all pages that were held back.

A page that is held back is BUNDLED and refers to the message that will list it; what it is about may end before.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, QuerySet

from incidents.paging.domain import storm
from incidents.paging.domain.content import Content
from incidents.paging.domain.delivery import ACTIVE_STATES
from incidents.paging.domain.happening import Happening
from incidents.paging.models import Notification
from incidents.paging.services import events
from incidents.paging.services.notifications import Place, ask_to_send
from reliability.access.models import User
from reliability.channels.domain.message import Event
from reliability.channels.models import Channel, ContactMethod

# These tell incidents apart by themselves, and hear of each.
MACHINES = frozenset({"pagerduty", "webhook"})
_CALLING = (Notification.Purpose.PAGE, Notification.Purpose.BUNDLE)
_COUNTED = (Notification.State.WAITING, Notification.State.SENT)


@dataclass(frozen=True, slots=True)
class Held:
    """look_again_at: when a bundle may go; None for a page, which its bundle tells."""

    is_held: bool
    look_again_at: datetime | None = None


SEND_NOW = Held(is_held=False)


def hold_back(*, notification: Notification, now: datetime) -> Held:
    """Whether the place has had too many to be told of this now. Call with the notification locked."""
    limits = limits_of(notification=notification)
    if notification.purpose not in _CALLING or limits is None:
        return SEND_NOW
    if notification.purpose == Notification.Purpose.BUNDLE:
        return _hold_bundle(bundle=notification, limits=limits, now=now)
    if notification.attempts:
        return SEND_NOW  # a try that may have arrived is finished under its own key
    _lock_place(notification=notification)
    recent = recent_at(place_key=notification.place_key, limits=limits, now=now)
    if storm.verdict(recent=recent, limits=limits) is storm.Verdict.SEND:
        return SEND_NOW
    add_to_bundle(notification=notification, recent=recent, limits=limits, now=now)
    return Held(is_held=True)


def hold_back_at_once(*, notification: Notification, now: datetime) -> bool:
    """Whether a page that was just made joins a bundle without a due row of its own, which keeps a flood small.

    A first guess without locks; `hold_back` is exact. One that holds back pages to several places does it in the
    order of their keys, so that two that hold back never wait for each other.
    """
    limits = limits_of(notification=notification)
    if notification.purpose != Notification.Purpose.PAGE or limits is None or notification.due_at > now:
        return False
    others = Notification.objects.filter(
        place_key=notification.place_key,
        purpose__in=_CALLING,
        state__in=_COUNTED,
        created_at__gt=now - limits.window,
        due_at__lte=now,
    ).exclude(pk=notification.pk)
    if len(others.order_by().values_list("pk")[: limits.messages - 1]) < limits.messages - 1:
        return False
    recent = recent_at(place_key=notification.place_key, limits=limits, now=now)
    add_to_bundle(notification=notification, recent=recent, limits=limits, now=now)
    return True


def limits_of(*, notification: Notification) -> storm.Limits | None:
    """None for a place that is told of everything."""
    window = timedelta(minutes=settings.PAGES_WINDOW_MINUTES)
    if notification.user_id is not None:
        return storm.Limits(messages=settings.PAGES_PER_PERSON_MAX, window=window)
    if notification.channel is None or notification.channel.kind in MACHINES:
        return None
    return storm.Limits(messages=settings.PAGES_PER_CHANNEL_MAX, window=window)


def recent_at(*, place_key: str, limits: storm.Limits, now: datetime) -> list[datetime]:
    """When the place was told within the window; the newest as many as the limit."""
    found = (
        Notification.objects.filter(place_key=place_key, first_attempt_at__gt=now - limits.window, purpose__in=_CALLING)
        .order_by("-first_attempt_at")
        .values_list("first_attempt_at", flat=True)[: limits.messages + 1]
    )
    return [instant for instant in found if instant is not None]


def add_to_bundle(*, notification: Notification, recent: list[datetime], limits: storm.Limits, now: datetime) -> None:
    """Hold the page back: it is listed in the next message to the place."""
    bundle = _open_bundle(notification=notification, recent=recent, limits=limits, now=now)
    notification.state, notification.bundle = Notification.State.BUNDLED, bundle
    notification.state_reason = f"{notification.place} has had too many in {settings.PAGES_WINDOW_MINUTES} min"
    notification.save(update_fields=("state", "bundle", "state_reason"))
    if notification.escalation is not None:
        events.record(
            escalation=notification.escalation,
            kind=Happening.BUNDLED,
            text=f"{notification.state_reason}: told with others in one message",
            now=now,
            data={"notification_id": notification.pk, "bundle_id": bundle.pk, "user_id": notification.user_id},
        )


def _open_bundle(
    *, notification: Notification, recent: list[datetime], limits: storm.Limits, now: datetime
) -> Notification:
    """The message to the place that has not begun, locked: what joins now is in its list."""
    bundle = _begun_by_nobody(place_key=notification.place_key)
    if bundle is None:
        _lock_place(notification=notification)  # two at once would begin one each, and the second waits a window long
        bundle = _begun_by_nobody(place_key=notification.place_key)
    if bundle is not None:
        return bundle
    due_at = storm.bundle_due_at(recent=recent, limits=limits, now=now)
    bundle = Notification.objects.create(
        key=f"bundle:{uuid.uuid4().hex}/{notification.place_key}",
        idempotency_key=uuid.uuid4().hex,
        team_id=notification.team_id,
        purpose=Notification.Purpose.BUNDLE,
        event=Event.BUNDLE.value,
        urgency=notification.urgency,
        user_id=notification.user_id,
        contact_method_id=notification.contact_method_id,
        channel_id=notification.channel_id,
        place=notification.place,
        place_key=notification.place_key,
        why="many pages in a short time",
        created_at=now,
        due_at=due_at,
    )
    place = Place(channel=notification.channel, contact_method=notification.contact_method, user=notification.user)
    ask_to_send(notification=bundle, place=place, due_at=due_at, now=now)
    return bundle


def _begun_by_nobody(*, place_key: str) -> Notification | None:
    return (
        Notification.objects.select_for_update(no_key=True)
        .filter(
            place_key=place_key,
            purpose=Notification.Purpose.BUNDLE,
            state=Notification.State.WAITING,
            first_attempt_at=None,
        )
        .order_by("pk")
        .first()
    )


def _hold_bundle(*, bundle: Notification, limits: storm.Limits, now: datetime) -> Held:
    parts = needed_parts(bundle=bundle)
    count = parts.count()
    if not count:
        bundle.state, bundle.state_reason = Notification.State.VOID, "what it was to list has ended"
        bundle.save(update_fields=("state", "state_reason"))
        return Held(is_held=True)
    recent = recent_at(place_key=bundle.place_key, limits=limits, now=now)
    if not bundle.attempts and len(recent) >= limits.messages:
        return Held(is_held=True, look_again_at=storm.bundle_due_at(recent=recent, limits=limits, now=now))
    bundle.content = content_of(parts=parts, count=count).to_json()
    bundle.save(update_fields=("content",))
    return SEND_NOW


def needed_parts(*, bundle: Notification) -> QuerySet[Notification]:
    """Pages that the message lists, and whose escalation still runs in their epoch."""
    return Notification.objects.filter(
        bundle__in=_line_of(bundle),
        state=Notification.State.BUNDLED,
        escalation__epoch=F("epoch"),
        escalation__state__in=ACTIVE_STATES,
    )


def only_part(*, bundle: Notification) -> Notification | None:
    """The page for which the message stands alone, and which it then tells as the page would."""
    parts = list(needed_parts(bundle=bundle).select_related("escalation", "team").order_by("created_at", "pk")[:2])
    return parts[0] if len(parts) == 1 else None


def listed_in(*, bundle: Notification) -> QuerySet[Notification]:
    """Every page that the message listed, whatever became of it since, the oldest first."""
    return Notification.objects.filter(bundle__in=_line_of(bundle), state=Notification.State.BUNDLED).order_by(
        "created_at", "pk"
    )


def _line_of(bundle: Notification) -> list[int]:
    """The message and those before it, which other places of the person did not take."""
    line = [bundle.pk]
    former = bundle.bundle_id
    while former is not None and former not in line:
        line.append(former)
        former = Notification.objects.filter(pk=former).values_list("bundle_id", flat=True).first()
    return line


def content_of(*, parts: QuerySet[Notification], count: int) -> Content:
    listed = []
    for stored, team in parts.order_by("created_at", "pk").values_list("escalation__content", "team__name")[
        : storm.LISTED_MAX
    ]:
        told = Content.from_json(stored)
        listed.append(
            storm.Part(
                title=told.title,
                severity=told.severity,
                severity_word=told.severity_word,
                url=told.url,
                team=told.team or team or "",
            )
        )
    worst = storm.worst_of(listed)
    return Content(
        title=storm.title_of(parts=listed, count=count),
        text=storm.text_of(parts=listed, count=count),
        severity="error" if worst is None else worst.severity,
        severity_word="" if worst is None else worst.severity_word,
        url=f"{settings.PUBLIC_URL}/incidents/?status=triggered",
        team="" if len({part.team for part in listed}) != 1 else listed[0].team,
    )


def told(*, bundle: Notification, now: datetime) -> None:
    """The message that lists them was taken, so its parts are told."""
    needed_parts(bundle=bundle).update(sent_at=now)


def _lock_place(*, notification: Notification) -> None:
    """Two that count what a place had at the same time would both find room for one more."""
    if notification.channel_id is not None:
        Channel.objects.select_for_update(no_key=True).filter(pk=notification.channel_id).first()
    elif notification.contact_method_id is not None:
        ContactMethod.objects.select_for_update(no_key=True).filter(pk=notification.contact_method_id).first()
    elif notification.user_id is not None:
        User.objects.select_for_update(no_key=True).filter(pk=notification.user_id).first()
