"""Notices: made once in the transaction of their cause, sent as due work, tried again until they are not worth it.

A room says in a `Telling` what is its own: which message, when it is not true any more, how long it is worth a try.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from django.db import transaction

from reliability.access.models import User
from reliability.channels.domain.message import Message
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.models import Channel, Notice, PlacedNotice
from reliability.channels.quiet import quiet_until
from reliability.channels.selectors.contacts import first_way_of, sign_in_mail
from reliability.channels.services.sending import send_to_channel, send_to_contact
from reliability.outbox.domain.backoff import pause_after
from reliability.outbox.services import due, nudge

_PLACE_MAX = 200
_QUIET_MAX = timedelta(hours=12)  # quiet hours that never end delay no longer

N = TypeVar("N", bound=Notice)
N_contra = TypeVar("N_contra", bound=Notice, contravariant=True)
P_contra = TypeVar("P_contra", bound=PlacedNotice, contravariant=True)


class VoidBecause(Protocol[N_contra]):
    """Why it must not be sent any more; blank: it may."""

    def __call__(self, *, notice: N_contra, now: datetime) -> str: ...


class MessageOf(Protocol[N_contra]):
    def __call__(self, *, notice: N_contra, now: datetime) -> Message: ...


class Send(Protocol[N_contra]):
    """One try, outside of a transaction."""

    def __call__(self, *, notice: N_contra, now: datetime) -> Outcome: ...


class Settled(Protocol[N_contra]):
    """Sent or failed for good; in the transaction that writes it down."""

    def __call__(self, *, notice: N_contra, now: datetime) -> None: ...


class PatienceOf(Protocol[N_contra]):
    """How long after its first try it is worth another."""

    def __call__(self, *, notice: N_contra) -> timedelta: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling(Generic[N]):
    """due_kind: of the due work whose key is a notice's id. joined: what is read along with a notice to be sent.

    waits_for_morning: in the quiet hours of its person it is not tried before they end, or before twelve hours.
    """

    model: type[N]
    due_kind: str
    joined: tuple[str, ...]
    void_because: VoidBecause[N]
    send: Send[N]
    patience: timedelta | PatienceOf[N]
    waits_for_morning: bool = False
    settled: Settled[N] | None = None


def make(
    *, telling: Telling[N], key: str, due_at: datetime, columns: Mapping[str, Any], now: datetime
) -> tuple[N, bool]:
    """The notice of the key and whether it is new; call it in the transaction of its cause."""
    notice, is_new = telling.model._default_manager.get_or_create(
        key=key, defaults={**columns, "idempotency_key": uuid.uuid4().hex, "created_at": now}
    )
    if is_new:
        due.schedule_first(kind=telling.due_kind, key=notice.pk, due_at=due_at)
        if due_at <= now:
            nudge.after_commit()
    return notice, is_new


def make_for_place(
    *,
    telling: Telling[N],
    key: str,
    place: Channel | User,
    columns: Mapping[str, Any],
    now: datetime,
    due_at: datetime | None = None,
) -> tuple[N, bool]:
    """As `make`, once for each key and place. due_at: now when None."""
    is_channel = isinstance(place, Channel)
    placed = {
        "channel": place if is_channel else None,
        "user": None if is_channel else place,
        "place": (place.title if isinstance(place, Channel) else str(place))[:_PLACE_MAX],
    }
    return make(
        telling=telling,
        key=f"{key}:{'channel' if is_channel else 'person'}:{place.pk}",
        due_at=due_at or now,
        columns={**columns, **placed},
        now=now,
    )


def deliver(*, telling: Telling[N], notice_id: int, now: datetime) -> datetime | None:
    """One try, if it is still true. Returns when to try again; None when there is nothing left to do."""
    begun = _begin(telling, notice_id, now)
    if begun is None or isinstance(begun, datetime):
        return begun
    return _end(telling, notice_id, telling.send(notice=begun, now=now), now)


def to_its_place(message_of: MessageOf[P_contra]) -> Send[P_contra]:
    """To the channel, or to the person by their first way; refused when the person is gone."""

    def send(*, notice: P_contra, now: datetime) -> Outcome:
        message = message_of(notice=notice, now=now)
        if notice.channel is not None:
            return send_to_channel(channel=notice.channel, message=message, now=now)
        if notice.user is None or not notice.user.is_active:
            return Outcome(Result.REFUSED, f"{notice.place} is not there any more")
        # Calendars read mail: an invitation goes to the mail address, whatever else the person prefers.
        way = sign_in_mail(user=notice.user) if message.attachments else first_way_of(user=notice.user)
        return send_to_contact(contact_method=way, message=message, now=now)

    return send


@transaction.atomic
def _begin(telling: Telling[N], notice_id: int, now: datetime) -> N | datetime | None:
    """The notice to send, its try written down; an instant when its person sleeps; None when nothing is to be done."""
    rows = telling.model._default_manager.select_for_update(of=("self",)).select_related(*telling.joined)
    notice = rows.filter(pk=notice_id).first()
    if notice is None or notice.state != Notice.State.WAITING:
        return None
    why = telling.void_because(notice=notice, now=now)
    if why:
        notice.state, notice.state_reason = Notice.State.VOID, why
        notice.save(update_fields=("state", "state_reason"))
        return None
    later = _morning_of(telling, notice, now)
    if notice.attempts == 0:  # set anew when the morning comes: patience counts from the first try
        notice.first_attempt_at = now
    if later is None:
        notice.attempts += 1
    notice.save(update_fields=("attempts", "first_attempt_at"))
    return notice if later is None else later


def _morning_of(telling: Telling[N], notice: N, now: datetime) -> datetime | None:
    """When the quiet hours of its person end; None outside of them, and for a notice that waited for it once."""
    if not telling.waits_for_morning or notice.first_attempt_at is not None:
        return None
    ends_at = min(quiet_until(user_id=getattr(notice, "user_id", None), at=now), now + _QUIET_MAX)
    return ends_at if ends_at > now else None


@transaction.atomic
def _end(telling: Telling[N], notice_id: int, outcome: Outcome, now: datetime) -> datetime | None:
    notice = telling.model._default_manager.select_for_update(of=("self",)).filter(pk=notice_id).first()
    if notice is None or notice.state != Notice.State.WAITING:
        return None
    notice.state_reason = outcome.reason
    patience = telling.patience if isinstance(telling.patience, timedelta) else telling.patience(notice=notice)
    again: datetime | None = None
    if outcome.is_delivered:
        notice.state, notice.sent_at = Notice.State.SENT, now
    elif outcome.result is Result.REFUSED or now - (notice.first_attempt_at or now) >= patience:
        notice.state = Notice.State.FAILED
    else:
        again = now + (outcome.retry_after or pause_after(attempts=notice.attempts))
    notice.save(update_fields=("state", "state_reason", "sent_at"))
    if again is None and telling.settled is not None:
        telling.settled(notice=notice, now=now)
    return again
