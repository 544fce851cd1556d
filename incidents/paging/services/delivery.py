"""One message to one place: look again whether it is needed, write down the try, send, write down what came of it.

The try is committed before anything is sent and nothing is locked while it is: whoever finds a try without an end
knows that the message may have arrived, and sends it again under the same key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from incidents.paging.services.delivery_messages import completed
from incidents.paging.services.delivery_outcomes import record
from incidents.paging.services.delivery_preparing import Prepared, prepare
from incidents.paging.services.notifications import Place
from reliability.channels.domain.message import Message
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.selectors.contacts import sign_in_mail
from reliability.channels.services.sending import note, tell_channel, tell_contact

logger = structlog.get_logger(__name__)

_NOT_SENT = Outcome(Result.UNKNOWN, "it was not sent")
# A send is cut after nine seconds. Whoever holds a message for longer hangs; the dead lose it much sooner.
LEASE = timedelta(seconds=20)


def deliver(*, notification_id: int, now: datetime, clock: Callable[[], datetime]) -> datetime | None:
    """One try, if the message is still needed. Returns when to try again; None when there is nothing left to do.

    clock: reads the time after sending, which takes a while.
    """
    sending = begin(notification_id=notification_id, now=now)
    if not isinstance(sending, Sending):
        return sending
    sending.work()
    return sending.end(now=clock())


def begin(*, notification_id: int, now: datetime) -> Sending | datetime | None:
    """The try to make once the caller's transaction has committed it; else as `deliver` answers."""
    prepared = prepare(notification_id=notification_id, now=now)
    return Sending(prepared=prepared, began_at=now) if isinstance(prepared, Prepared) else prepared


@dataclass(slots=True)
class Sending:
    """A try that is written down: `work` makes it, `end` writes down what came of it, and may be called again."""

    prepared: Prepared
    began_at: datetime
    outcome: Outcome = _NOT_SENT

    def work(self) -> None:
        message = completed(message=self.prepared.message, notification=self.prepared.notification)
        self.outcome = _send(place=self.prepared.place, message=message, now=self.began_at)

    @transaction.atomic(savepoint=False)
    def end(self, *, now: datetime) -> datetime | None:
        """Returns when to try again; None when there is nothing left to do."""
        place = self.prepared.place
        next_at = record(prepared=self.prepared, outcome=self.outcome, now=max(now, self.began_at))
        if self.outcome is not _NOT_SENT and (place.channel or place.contact_method) is not None:
            note(target=place.channel or place.contact_method, outcome=self.outcome, now=self.began_at)
        return next_at


def _send(*, place: Place, message: Message, now: datetime) -> Outcome:
    if place.user is not None and not place.user.is_active:
        return Outcome(Result.REFUSED, f"{place.user} has no active account any more")
    try:
        if place.channel is not None:
            return tell_channel(channel=place.channel, message=message, now=now)
        if place.contact_method is not None:
            return tell_contact(contact_method=place.contact_method, message=message, now=now)
        if place.user is not None:
            return tell_contact(contact_method=sign_in_mail(user=place.user), message=message, now=now)
    except Exception as error:  # a mistake of ours in a kind: the person's next place is told, and we are told, too
        logger.exception("send_failed", place=place.key)
        return Outcome(Result.UNKNOWN, f"{type(error).__name__}: {error}")
    return Outcome(Result.REFUSED, "the place was removed")
