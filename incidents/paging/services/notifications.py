"""One notification per key, and the due row that sends it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incidents.paging.domain.delivery import lane_of
from incidents.paging.domain.urgency import Urgency
from incidents.paging.models import Escalation, Notification
from incidents.paging.services.due_kinds import SEND
from reliability.access.models import User
from reliability.channels.domain.message import Event
from reliability.channels.models import Channel, ContactMethod
from reliability.outbox.services import due, nudge

_PLACE_LENGTH_MAX = 200
_WHY_LENGTH_MAX = 300


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message goes: a channel, a person's contact method, or the address a person signs in with."""

    channel: Channel | None = None
    contact_method: ContactMethod | None = None
    user: User | None = None

    @property
    def key(self) -> str:
        if self.channel is not None:
            return f"channel:{self.channel.pk}"
        if self.contact_method is not None and self.contact_method.pk is not None:
            return f"contact:{self.contact_method.pk}"
        return f"mail:{0 if self.user is None else self.user.pk}"

    @property
    def words(self) -> str:
        if self.channel is not None:
            return self.channel.title[:_PLACE_LENGTH_MAX]
        name = "" if self.user is None else str(self.user)
        title = "sign-in address" if self.contact_method is None else self.contact_method.title
        return f"{name}: {title}"[:_PLACE_LENGTH_MAX]

    @property
    def lane(self) -> str:
        """Messages for the same receiver wait in one lane."""
        target = self.channel or self.contact_method
        return "email" if target is None else lane_of(kind=target.kind, config=target.config)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a notification says and to whom. content: empty when the escalation's is told. bundle: of a list, the one
    for another place of the person that it goes on from.
    """

    key: str
    purpose: Notification.Purpose
    event: Event
    place: Place
    urgency: Urgency
    why: str
    due_at: datetime
    team_id: int | None
    escalation: Escalation | None = None
    step: int = 0
    pass_number: int = 0
    content: dict[str, Any] | None = None
    bundle: Notification | None = None


def make(*, draft: Draft, now: datetime, is_first: bool = False) -> tuple[Notification, bool]:
    """The notification with the draft's key, and whether it was made here: then ask for it to be sent.

    is_first: the key is of an escalation that begins in this transaction, so that nobody else can have made it.
    """
    if is_first:
        return Notification.objects.create(key=draft.key, **_fields(draft=draft, now=now)), True
    return Notification.objects.get_or_create(key=draft.key, defaults=_fields(draft=draft, now=now))


def send(*, draft: Draft, now: datetime) -> Notification:
    """Make it and have it sent. Twice is once."""
    notification, is_new = make(draft=draft, now=now)
    if is_new:
        ask_to_send(notification=notification, place=draft.place, due_at=draft.due_at, now=now)
    return notification


def ask_to_send(*, notification: Notification, place: Place, due_at: datetime, now: datetime) -> None:
    """Of a notification that was made in this transaction."""
    is_urgent = notification.purpose in (Notification.Purpose.PAGE, Notification.Purpose.BUNDLE)
    due.schedule_first(kind=SEND, key=notification.pk, due_at=due_at, lane=place.lane, is_urgent=is_urgent)
    if due_at <= now:
        nudge.after_commit()


def _fields(*, draft: Draft, now: datetime) -> dict[str, Any]:
    place = draft.place
    is_stored = place.contact_method is not None and place.contact_method.pk is not None
    return {
        "idempotency_key": uuid.uuid4().hex,
        "team_id": draft.team_id,
        "escalation": draft.escalation,
        "epoch": 0 if draft.escalation is None else draft.escalation.epoch,
        "step": draft.step,
        "pass_number": draft.pass_number,
        "purpose": draft.purpose,
        "event": draft.event.value,
        "urgency": draft.urgency.value,
        "user": place.user,
        "contact_method": place.contact_method if is_stored else None,
        "channel": place.channel,
        "place": place.words,
        "place_key": place.key,
        "why": draft.why[:_WHY_LENGTH_MAX],
        "content": draft.content or {},
        "bundle": draft.bundle,
        "created_at": now,
        "due_at": draft.due_at,
    }
