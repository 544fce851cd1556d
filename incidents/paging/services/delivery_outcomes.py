"""What came of a try, in one transaction: the try, its notification, the event, and who is told next."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction

from incidents.paging.domain.backoff import Worth, again
from incidents.paging.domain.happening import Happening
from incidents.paging.models import Notification, NotificationAttempt
from incidents.paging.services import bundling, events, updates
from incidents.paging.services.delivery_next import tell_next_place
from incidents.paging.services.delivery_preparing import Prepared, close, locked_again
from reliability.channels.domain.outcome import ANSWER_LENGTH_MAX, Outcome, Result

logger = structlog.get_logger(__name__)

_CALLING = (Notification.Purpose.PAGE, Notification.Purpose.BUNDLE)


@transaction.atomic(savepoint=False)
def record(*, prepared: Prepared, outcome: Outcome, now: datetime) -> datetime | None:
    """Returns when to try again; None when there is nothing left to do."""
    notification = locked_again(known=prepared.notification)
    _write_down(attempt_id=prepared.attempt_id, outcome=outcome, now=now)
    if notification is None or notification.state != Notification.State.WAITING:
        return None  # another run of the same try was quicker
    if outcome.result is Result.DELIVERED:
        _sent(notification=notification, outcome=outcome, now=now)
        return None
    if outcome.result is Result.REFUSED:
        _lost(notification=notification, state=Notification.State.REFUSED, reason=outcome.reason, now=now)
        return None
    return _try_again(notification=notification, outcome=outcome, now=now)


def _write_down(*, attempt_id: int, outcome: Outcome, now: datetime) -> None:
    NotificationAttempt.objects.filter(pk=attempt_id).update(
        ended_at=now,
        outcome=outcome.result.value,
        reason=outcome.reason,
        status=outcome.status,
        answer=outcome.answer[:ANSWER_LENGTH_MAX],
    )


def _sent(*, notification: Notification, outcome: Outcome, now: datetime) -> None:
    notification.state, notification.sent_at = Notification.State.SENT, now
    notification.state_reason, notification.external_id = outcome.reason, outcome.external_id[:200]
    notification.save(update_fields=("state", "state_reason", "sent_at", "external_id"))
    if notification.purpose == Notification.Purpose.BUNDLE:
        bundling.told(bundle=notification, now=now)
    text = f"Told {_whom(notification)} {updates.words_of(notification=notification)}"
    _tell(notification=notification, kind=Happening.TOLD, text=text, now=now)


def _whom(notification: Notification) -> str:
    """A person and by which way, or a channel."""
    person = "" if notification.user is None else str(notification.user)
    way = notification.place.removeprefix(f"{person}: ")
    return f"{person} by {way}" if person else way


def _lost(*, notification: Notification, state: Notification.State, reason: str, now: datetime) -> None:
    close(notification=notification, state=state, reason=reason)
    word = "refused the message" if state is Notification.State.REFUSED else "could not be told"
    text = f"{notification.place} {word} {updates.words_of(notification=notification)}: {reason}"
    _tell(notification=notification, kind=Happening.FAILED, text=text, now=now)
    if notification.purpose in _CALLING:
        tell_next_place(notification=notification, now=now)


def _try_again(*, notification: Notification, outcome: Outcome, now: datetime) -> datetime | None:
    worth = Worth.PAGE if notification.purpose in _CALLING else Worth.UPDATE
    next_try = again(
        attempts=notification.attempts,
        first_attempt_at=notification.first_attempt_at or now,
        now=now,
        worth=worth,
        retry_after=outcome.retry_after,
    )
    if next_try.at is None:
        reason = f"{next_try.reason}; at last: {outcome.reason}"
        _lost(notification=notification, state=Notification.State.GIVEN_UP, reason=reason, now=now)
        return None
    notification.state_reason = f"{outcome.reason}; {next_try.reason}"
    notification.save(update_fields=("state_reason",))
    if next_try.is_long and worth is Worth.PAGE:
        tell_next_place(notification=notification, now=now)
    return next_try.at


def _tell(*, notification: Notification, kind: Happening, text: str, now: datetime) -> None:
    escalation = notification.escalation
    if escalation is None:
        return
    data = {
        "notification_id": notification.pk,
        "purpose": notification.purpose,
        "event": notification.event,
        "place": notification.place,
        "place_key": notification.place_key,
        "user_id": notification.user_id,
        "attempts": notification.attempts,
        "step": notification.step,
        "epoch": notification.epoch,
    }
    try:
        with transaction.atomic():
            events.record(escalation=escalation, kind=kind, text=text, now=now, data=data)
    except Exception:  # whatever a listener raises: what was sent and is not written down would be sent again
        logger.exception("outcome_without_event", notification_id=notification.pk)
