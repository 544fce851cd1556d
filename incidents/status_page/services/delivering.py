"""One message to one subscriber: look again whether it is true, write down the try, send, write down what came of it.

The try is committed before anything is sent. Whoever finds a try without an end sends again under the same key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F

from incidents.status_page.models import Delivery, Subscriber
from incidents.status_page.services.hooks import Hook, hook_for, tell
from incidents.status_page.services.messages import mail_of
from incidents.status_page.services.queueing import queue
from reliability.access.domain.caller import SYSTEM
from reliability.access.services import audit
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.services.mailing import send_mail
from reliability.outbox.domain.backoff import pause_after

log = structlog.get_logger(__name__)

_NOT_SENT = Outcome(Result.UNKNOWN, "it was not sent")
_MINUTE = timedelta(minutes=1)
_GONE = 410
# How long a message is worth another try.
_PATIENCE = {
    Delivery.Purpose.UPDATE: timedelta(hours=12),
    Delivery.Purpose.CONFIRM: timedelta(hours=6),
    Delivery.Purpose.CHALLENGE: timedelta(hours=1),
    Delivery.Purpose.SWITCHED_OFF: timedelta(hours=12),
}
_STATE = Delivery.State


def begin(*, delivery_id: int, now: datetime) -> Sending | datetime | None:
    """The try to make once the caller's transaction has committed it; when to come again; None: nothing left to do."""
    rows = Delivery.objects.select_for_update(of=("self",)).filter(pk=delivery_id)
    row = rows.select_related(
        "subscriber__page", "update_said__incident__page", "update_said__maintenance__page"
    ).first()
    if row is None or row.state != _STATE.WAITING:
        return None
    why = _void_because(row)
    if why:
        row.state, row.state_reason = _STATE.VOID, why
        row.save(update_fields=("state", "state_reason"))
        return None
    if row.purpose == Delivery.Purpose.UPDATE and _is_minute_full(now):
        return now + timedelta(seconds=2 + row.pk % 20)
    row.attempts += 1
    row.first_attempt_at, row.tried_at = row.first_attempt_at or now, now
    row.save(update_fields=("attempts", "first_attempt_at", "tried_at"))
    if row.subscriber.kind == Subscriber.Kind.MAIL or row.purpose in (
        Delivery.Purpose.CONFIRM,
        Delivery.Purpose.SWITCHED_OFF,
    ):
        return Sending(row.pk, row.subscriber_id, now, mail=mail_of(delivery=row, now=now))
    return Sending(row.pk, row.subscriber_id, now, hook=hook_for(delivery=row, now=now))


@dataclass(slots=True)
class Sending:
    """A try that is written down: `work` makes it, `end` writes down what came of it, and may be called again."""

    delivery_id: int
    subscriber_id: int
    began_at: datetime
    mail: EmailMultiAlternatives | None = None
    hook: Hook | None = None
    outcome: Outcome = _NOT_SENT

    def work(self) -> None:
        if self.mail is not None:
            self.outcome = send_mail(mail=self.mail)
        elif self.hook is not None:
            self.outcome = tell(hook=self.hook, now=self.began_at)

    @transaction.atomic(savepoint=False)
    def end(self, *, now: datetime) -> datetime | None:
        """Returns when to try again; None when there is nothing left to do."""
        # The subscriber first, as whoever leaves does: no two wait for each other.
        subscriber = (
            Subscriber.objects.select_for_update(of=("self",))
            .select_related("page")
            .filter(pk=self.subscriber_id)
            .first()
        )
        row = Delivery.objects.select_for_update(of=("self",)).filter(pk=self.delivery_id).first()
        if row is None or subscriber is None or row.state != _STATE.WAITING:
            return None
        return _end(row, subscriber, outcome=self.outcome, now=now)


def _void_because(row: Delivery) -> str:
    """Why it must not be sent any more; blank: it may."""
    subscriber, purpose = row.subscriber, Delivery.Purpose(row.purpose)
    if purpose is Delivery.Purpose.UPDATE and subscriber.state != Subscriber.State.ACTIVE:
        return "they are not subscribed any more"
    if purpose is Delivery.Purpose.CHALLENGE and subscriber.state == Subscriber.State.ACTIVE:
        return "it has answered already"
    if purpose is Delivery.Purpose.SWITCHED_OFF and subscriber.state != Subscriber.State.DISABLED:
        return "it was switched on again"
    return ""


def _is_minute_full(now: datetime) -> bool:
    tried = Delivery.objects.filter(tried_at__gt=now - _MINUTE, tried_at__lte=now)
    return tried.count() >= int(settings.STATUS_MESSAGES_PER_MINUTE_MAX)


def _end(row: Delivery, subscriber: Subscriber, *, outcome: Outcome, now: datetime) -> datetime | None:
    row.state_reason = outcome.reason[:500]
    again: datetime | None = None
    is_over = now - (row.first_attempt_at or now) >= _PATIENCE[Delivery.Purpose(row.purpose)]
    if outcome.is_delivered:
        row.state, row.sent_at = _STATE.SENT, now
        _arrived(row, subscriber, now=now)
    elif is_over or _is_final(row, subscriber, outcome):
        row.state = _STATE.FAILED
        _failed(row, subscriber, outcome=outcome, now=now)
    else:
        again = now + (outcome.retry_after or pause_after(attempts=row.attempts))
    row.save(update_fields=("state", "state_reason", "sent_at"))
    return again


def _is_final(row: Delivery, subscriber: Subscriber, outcome: Outcome) -> bool:
    """The same again would be refused again, by the receiver: what our own mail server refuses may be set right."""
    if outcome.result is not Result.REFUSED:
        return False
    is_mail = subscriber.kind == Subscriber.Kind.MAIL or row.purpose in (
        Delivery.Purpose.CONFIRM,
        Delivery.Purpose.SWITCHED_OFF,
    )
    return outcome.is_of_recipient if is_mail else True


def _arrived(row: Delivery, subscriber: Subscriber, *, now: datetime) -> None:
    rows = Subscriber.objects.filter(pk=subscriber.pk)
    if row.purpose == Delivery.Purpose.UPDATE:
        rows.update(last_sent_at=now, failures=0)
    elif row.purpose == Delivery.Purpose.CHALLENGE:
        confirmed_at = subscriber.confirmed_at or now
        rows.update(
            state=Subscriber.State.ACTIVE, state_reason="", failures=0, confirmed_at=confirmed_at, updated_at=now
        )


def _failed(row: Delivery, subscriber: Subscriber, *, outcome: Outcome, now: datetime) -> None:
    """Count what the receiver is to blame for; after several in a row, or when it is gone, nothing more is sent."""
    reason = outcome.reason[:500]
    if row.purpose == Delivery.Purpose.CHALLENGE:
        Subscriber.objects.filter(pk=subscriber.pk).update(state_reason=reason, updated_at=now)
        return
    is_mail = subscriber.kind == Subscriber.Kind.MAIL
    if row.purpose != Delivery.Purpose.UPDATE or (is_mail and not outcome.is_of_recipient):
        return
    Subscriber.objects.filter(pk=subscriber.pk).update(failures=F("failures") + 1, state_reason=reason, updated_at=now)
    if outcome.status != _GONE and subscriber.failures + 1 < settings.STATUS_FAILURES_MAX:
        return
    subscriber.state, subscriber.state_reason = Subscriber.State.DISABLED, reason
    subscriber.save(update_fields=("state", "state_reason"))
    audit.record(
        caller=SYSTEM,
        action="subscriber.switch_off",
        object_kind="subscriber",
        object_name=f"{subscriber.kind} of {subscriber.page.slug}",
        team_id=subscriber.page.team_id,
        now=now,
        reason=reason,
    )
    if subscriber.contact:
        queue(subscriber=subscriber, purpose=Delivery.Purpose.SWITCHED_OFF, now=now)
