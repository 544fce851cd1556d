"""The last look before sending, under lock: is it still needed, and has the place not had too many?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from incidents.paging.domain.delivery import why_void
from incidents.paging.models import Escalation, Notification, NotificationAttempt
from incidents.paging.services import bundling
from incidents.paging.services.delivery_messages import message_of
from incidents.paging.services.notifications import Place
from reliability.channels.domain.message import Message
from reliability.channels.domain.outcome import Result

_CALLING = (Notification.Purpose.PAGE, Notification.Purpose.BUNDLE)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A try that is written down and may be sent."""

    attempt_id: int
    notification: Notification
    place: Place
    message: Message


@transaction.atomic(savepoint=False)
def prepare(*, notification_id: int, now: datetime) -> Prepared | datetime | None:
    """The try to send now; else when to look again, or None when the message is not to be sent."""
    notification = locked(notification_id=notification_id)
    if notification is None or notification.state != Notification.State.WAITING:
        return None
    reason = why_not(notification=notification)
    if reason:
        close(notification=notification, state=Notification.State.VOID, reason=reason)
        return None
    held = bundling.hold_back(notification=notification, now=now)
    if held.is_held:
        return held.look_again_at
    return _begin_try(notification=notification, now=now)


def locked(*, notification_id: int) -> Notification | None:
    """The notification, locked, and before it its escalation: everybody takes these locks in this order."""
    found = Notification.objects.filter(pk=notification_id).order_by().values_list("escalation_id", flat=True)
    rows = Notification.objects.select_related("channel", "contact_method", "user", "team").filter(pk=notification_id)
    return _locked(rows=rows, escalation_id=next(iter(found), None))


def locked_again(*, known: Notification) -> Notification | None:
    """As it is now, locked; None when it is gone. Whom it goes to is taken from *known* where that is the same."""
    notification = _locked(rows=Notification.objects.filter(pk=known.pk), escalation_id=known.escalation_id)
    for name in ("channel", "contact_method", "user", "team"):
        if notification is not None and getattr(notification, f"{name}_id") == getattr(known, f"{name}_id"):
            setattr(notification, name, getattr(known, name))
    return notification


def _locked(*, rows: QuerySet[Notification], escalation_id: int | None) -> Notification | None:
    escalation = None
    if escalation_id is not None:
        escalation = Escalation.objects.select_for_update(no_key=True).filter(pk=escalation_id).first()
    notification: Notification | None = rows.select_for_update(of=("self",), no_key=True).first()
    if notification is not None and escalation is not None:
        notification.escalation = escalation
    return notification


def why_not(*, notification: Notification) -> str:
    """Why the message is not needed any more; blank while it is."""
    escalation = notification.escalation
    if notification.purpose not in _CALLING and notification.user is not None and not notification.user.is_active:
        return f"{notification.user} has no active account any more"
    if escalation is None:
        return ""
    return why_void(
        purpose=notification.purpose,
        epoch=notification.epoch,
        escalation_epoch=escalation.epoch,
        escalation_state=escalation.state,
    )


def close(*, notification: Notification, state: Notification.State, reason: str) -> None:
    notification.state, notification.state_reason = state, reason
    notification.save(update_fields=("state", "state_reason"))


def place_of(*, notification: Notification) -> Place:
    """Where it goes now: a place that was removed meanwhile has neither channel nor contact method nor key of mail."""
    user = notification.user if notification.channel_id is None else None
    if notification.contact_method is not None or notification.channel is not None:
        return Place(channel=notification.channel, contact_method=notification.contact_method, user=user)
    return Place(user=user if notification.place_key.startswith("mail:") else None)


def _begin_try(*, notification: Notification, now: datetime) -> Prepared:
    if notification.attempts:
        notification.tries.filter(ended_at=None).update(
            ended_at=now,
            outcome=Result.UNKNOWN.value,
            reason="the worker ended before it wrote down the answer: it may have arrived",
        )
    notification.attempts += 1
    notification.first_attempt_at = notification.first_attempt_at or now
    notification.save(update_fields=("attempts", "first_attempt_at"))
    attempt = NotificationAttempt.objects.create(notification=notification, number=notification.attempts, began_at=now)
    message = message_of(notification=notification, now=now)
    return Prepared(
        attempt_id=attempt.pk, notification=notification, place=place_of(notification=notification), message=message
    )
