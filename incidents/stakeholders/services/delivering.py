"""One try to deliver to one recipient. The try is written down before it is made, and nothing is locked meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from incidents.response.domain.severity import Severity
from incidents.stakeholders.domain.kinds import Mode, Way
from incidents.stakeholders.domain.standing import OPEN, DeliveryState
from incidents.stakeholders.models import Delivery, Recipient, Stakeholder
from incidents.stakeholders.selectors.composing import hour_of
from incidents.stakeholders.selectors.links import read_url, stop_url
from incidents.stakeholders.selectors.places import why_silent
from incidents.stakeholders.services.due_kinds import REMIND
from reliability.access.models import Membership
from reliability.channels.domain.message import Event, Link, Message
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.models import ContactMethod
from reliability.channels.selectors.contacts import first_way_of
from reliability.channels.services.sending import send_to_channel, send_to_contact
from reliability.outbox.domain.backoff import pause_after
from reliability.outbox.services import due

GIVE_UP_AFTER = timedelta(hours=6)
_JOINED = ("recipient__message__team", "recipient__message__incident", "recipient__text")


def deliver(*, delivery_id: int, now: datetime) -> datetime | None:
    """One try, if it is still wanted. Returns when to try again; None when there is nothing left to do."""
    begun = _begin(delivery_id=delivery_id, now=now)
    if begun is None or isinstance(begun, datetime):
        return begun
    outcome = _send(delivery=begun, now=now)
    return _end(delivery_id=delivery_id, outcome=outcome, now=now)


def message_of(*, delivery: Delivery, now: datetime) -> Message:
    """Needs all of _JOINED, and the recipient's stakeholder with its user, at hand."""
    recipient = delivery.recipient
    about, text = recipient.message, recipient.text
    is_reminder = delivery.round > 0
    subject = f"Reminder: {text.subject}" if is_reminder else text.subject
    return Message(
        event=Event.NOTICE,
        subject_key=f"stakeholders:incident:{about.incident_id}" if about.incident_id else f"stakeholders:{about.pk}",
        idempotency_key=delivery.idempotency_key,
        title=subject,
        text=text.text,
        severity=Severity(about.severity).events_word if about.severity else "info",
        severity_word=Severity(about.severity).word if about.severity else "",
        url=f"{settings.PUBLIC_URL}{reverse('stakeholder-message', args=(about.pk,))}" if _may_read(recipient) else "",
        at=now,
        team=about.team.name,
        links=(
            Link("I have read this", read_url(recipient=recipient)),
            Link("Tell me no more", stop_url(recipient=recipient)),
        ),
        unsubscribe_url=stop_url(recipient=recipient),
    )


def _may_read(recipient: Recipient) -> bool:
    """Whether the page of the message opens for them."""
    person = recipient.stakeholder
    if person is None or person.way != Way.PERSON or person.user is None:
        return False
    if not recipient.message.team.is_private or person.user.is_administrator:
        return True
    return Membership.objects.filter(team_id=recipient.message.team_id, user=person.user).exists()


def _send(*, delivery: Delivery, now: datetime) -> Outcome:
    message = message_of(delivery=delivery, now=now)
    person = delivery.recipient.stakeholder
    if person is None:
        return Outcome(Result.REFUSED, "they are not there any more")
    if person.way == Way.CHANNEL and person.channel is not None:
        return send_to_channel(channel=person.channel, message=message, now=now)
    if person.way == Way.PERSON and person.user is not None:
        way = first_way_of(user=person.user)
        return send_to_contact(contact_method=way, message=message, now=now)
    return send_to_contact(contact_method=_outside(person), message=message, now=now)


def _outside(person: Stakeholder) -> ContactMethod:
    if person.way == Way.WEBHOOK:
        return ContactMethod(title=person.name, kind="webhook", config=person.config, secrets=person.secrets)
    return ContactMethod(title=person.address, kind="email", config={"address": person.address})


@transaction.atomic
def _begin(*, delivery_id: int, now: datetime) -> Delivery | datetime | None:
    """The delivery to send; an instant when it waits on; None when there is nothing to do."""
    rows = Delivery.objects.select_for_update(of=("self",)).filter(pk=delivery_id)
    joined = rows.select_related(*_JOINED, "recipient__stakeholder__user", "recipient__stakeholder__channel")
    delivery = joined.first()
    if delivery is None or delivery.state not in OPEN:
        return None
    why = _void_because(delivery)
    if why:
        delivery.state, delivery.state_reason = DeliveryState.VOID.value, why
        delivery.save(update_fields=("state", "state_reason"))
        return None
    later = _their_hour(delivery, now)
    if later > now:
        delivery.state, delivery.due_at = DeliveryState.WAITING.value, later
        delivery.save(update_fields=("state", "due_at"))
        return later
    delivery.state = DeliveryState.QUEUED.value
    delivery.attempts += 1
    delivery.first_attempt_at = delivery.first_attempt_at or now
    delivery.save(update_fields=("state", "attempts", "first_attempt_at"))
    return delivery


def _their_hour(delivery: Delivery, now: datetime) -> datetime:
    """*now*, or later when the worker comes after their hours have ended. A try that was begun goes on."""
    message, person = delivery.recipient.message, delivery.recipient.stakeholder
    if person is None or delivery.attempts:
        return now
    mode = Mode(message.mode) if delivery.round == 0 else Mode.HOURS
    return hour_of(person, severity=message.severity, mode=mode, now=now)


def _void_because(delivery: Delivery) -> str:
    """Why it must not be sent any more; blank: it may."""
    recipient = delivery.recipient
    if recipient.stakeholder is None:
        return "they are no stakeholder any more"
    silent = why_silent(recipient.stakeholder)
    if silent:
        return silent
    if delivery.round and recipient.read_at is not None:
        return "they have read it"
    if recipient.stakeholder.way != delivery.way and not delivery.attempts:
        return "they are reached by another way now: tell them again"
    newer = _newer(recipient) if not delivery.attempts else None
    return f"message {newer} says it anew" if newer is not None else ""


def _newer(recipient: Recipient) -> int | None:
    """A later message about the same incident to the same one: the former is out of date before it was told."""
    message = recipient.message
    if message.incident_id is None:
        return None
    later = Recipient.objects.filter(
        stakeholder=recipient.stakeholder, message__incident_id=message.incident_id, message_id__gt=message.pk
    )
    found = later.order_by("-message_id").values_list("message_id", flat=True)
    return found.first()


@transaction.atomic
def _end(*, delivery_id: int, outcome: Outcome, now: datetime) -> datetime | None:
    rows = Delivery.objects.select_for_update(of=("self",)).select_related("recipient__message")
    delivery = rows.get(pk=delivery_id)
    if delivery.state not in OPEN:
        return None
    delivery.state_reason = outcome.reason
    again: datetime | None = None
    if outcome.is_delivered:
        delivery.state, delivery.sent_at = DeliveryState.SENT.value, now
        _ask_again_later(delivery, now)
    elif outcome.result is Result.REFUSED or now - (delivery.first_attempt_at or now) >= GIVE_UP_AFTER:
        delivery.state = DeliveryState.FAILED.value
    else:
        again = now + (outcome.retry_after or pause_after(attempts=delivery.attempts))
        delivery.due_at = again
    delivery.save(update_fields=("state", "state_reason", "sent_at", "due_at"))
    return again


def _ask_again_later(delivery: Delivery, now: datetime) -> None:
    """Set the reminder that comes by itself, counted from when the message arrived."""
    hours = delivery.recipient.message.remind_after_hours
    if hours:
        due_at = now + timedelta(hours=hours)
        due.schedule(kind=REMIND, key=delivery.recipient_id, due_at=due_at, reschedule=True)
