"""The next message was promised for an instant: whoever writes to stakeholders is reminded when it is overdue."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from incidents.response.domain.phases import OPEN as OPEN_STATUSES
from incidents.response.domain.severity import Severity
from incidents.response.models import Incident, IncidentRole
from incidents.stakeholders.domain.standing import DeliveryState
from incidents.stakeholders.models import Promise, StakeholderMessage
from reliability.access.models import User
from reliability.channels.domain.message import Event, Message
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.selectors.contacts import first_way_of
from reliability.channels.services.sending import send_to_contact
from reliability.outbox.domain.backoff import pause_after

AGAIN_AFTER = timedelta(minutes=30)
TIMES_MAX = 2
GIVE_UP_AFTER = timedelta(minutes=20)
_ORDER = (IncidentRole.Role.COMMUNICATIONS, IncidentRole.Role.COMMANDER)


def remind(*, message_id: int, now: datetime) -> datetime | None:
    """Remind if nothing newer was told and the incident goes on. Returns when to look again; None: never."""
    begun = _begin(message_id=message_id, now=now)
    if begun is None or isinstance(begun, datetime):
        return begun
    if begun.user is None:
        return _end(promise_id=begun.pk, outcome=Outcome(Result.REFUSED, "nobody has a role in it"), now=now)
    way = first_way_of(user=begun.user)
    outcome = send_to_contact(contact_method=way, message=message_of(promise=begun, now=now), now=now)
    return _end(promise_id=begun.pk, outcome=outcome, now=now)


def message_of(*, promise: Promise, now: datetime) -> Message:
    """Needs message.incident and message.team at hand."""
    about = promise.message
    promised = (about.next_update_at or now).astimezone(UTC)
    number = about.incident_id
    return Message(
        event=Event.NOTICE,
        subject_key=f"stakeholders:promise:{about.pk}",
        idempotency_key=promise.idempotency_key,
        title=f"Stakeholders wait for news of #{number}: promised for {promised:%H:%M} UTC",
        text=f"“{about.title}”: the last message to stakeholders promised another one for {promised:%H:%M} UTC.\n"
        "Tell them what is known now, even if that is nothing new, and when they hear of it again.",
        severity=Severity(about.severity).events_word if about.severity else "info",
        severity_word="",
        url=f"{settings.PUBLIC_URL}{reverse('stakeholder-tell', args=(number,))}",
        at=now,
        team=about.team.name,
    )


def who_writes(*, incident: Incident, message: StakeholderMessage) -> User | None:
    """Whoever has communications, else the commander, else who wrote the last message."""
    rows = incident.roles.filter(left_at=None, user__is_active=True, role__in=[role.value for role in _ORDER])
    holders = {one.role: one.user for one in rows.select_related("user")}
    found = [holders[role.value] for role in _ORDER if role.value in holders]
    if found:
        return found[0]
    author = message.created_by
    return author if author is not None and author.is_active else None


@transaction.atomic
def _begin(*, message_id: int, now: datetime) -> Promise | datetime | None:
    rows = StakeholderMessage.objects.select_for_update(of=("self",)).filter(pk=message_id)
    message: StakeholderMessage | None = rows.select_related("incident", "team", "created_by").first()
    if message is None or message.incident is None or message.next_update_at is None:
        return None
    if message.incident.status not in {status.value for status in OPEN_STATUSES}:
        return None
    if StakeholderMessage.objects.filter(incident=message.incident, pk__gt=message.pk).exists():
        return None
    if now < message.next_update_at:
        return message.next_update_at
    made = list(message.promises.select_related("user").order_by("number"))
    last: Promise | None = made[-1] if made else None
    if last is None or last.state != DeliveryState.QUEUED:
        if len(made) >= TIMES_MAX:
            return None
        last = Promise(message=message, number=len(made) + 1, created_at=now, idempotency_key=uuid.uuid4().hex)
        last.user = who_writes(incident=message.incident, message=message)
    last.attempts += 1
    last.first_attempt_at = last.first_attempt_at or now
    last.save()
    last.message = message
    return last


@transaction.atomic
def _end(*, promise_id: int, outcome: Outcome, now: datetime) -> datetime | None:
    promise = Promise.objects.select_for_update(of=("self",)).get(pk=promise_id)
    if promise.state != DeliveryState.QUEUED:
        return None
    promise.state_reason = outcome.reason
    again: datetime | None = now + AGAIN_AFTER if promise.number < TIMES_MAX else None
    if outcome.is_delivered:
        promise.state, promise.sent_at = DeliveryState.SENT.value, now
    elif outcome.result is Result.REFUSED or now - (promise.first_attempt_at or now) >= GIVE_UP_AFTER:
        promise.state = DeliveryState.FAILED.value
    else:
        again = now + (outcome.retry_after or pause_after(attempts=promise.attempts))
    promise.save(update_fields=("state", "state_reason", "sent_at"))
    return again
