"""A message to one recipient, written down with the due row that sends it: once for each round and way."""

from __future__ import annotations

import uuid
from datetime import datetime

from incidents.stakeholders.domain.kinds import Mode
from incidents.stakeholders.domain.standing import DeliveryState
from incidents.stakeholders.models import Delivery, Recipient, Stakeholder, StakeholderMessage
from incidents.stakeholders.selectors.composing import hour_of
from incidents.stakeholders.selectors.places import place_words
from incidents.stakeholders.services.due_kinds import DELIVERY
from reliability.outbox.services import due, nudge


def queue(
    *, recipient: Recipient, stakeholder: Stakeholder, message: StakeholderMessage, now: datetime, turn: int = 0
) -> Delivery | None:
    """turn: 0 the message, 1 and on its reminders. None when this one was written before.

    Needs the stakeholder's user and channel at hand. A reminder waits for their hour unless the severity hurries.
    """
    mode = Mode(message.mode) if turn == 0 else Mode.HOURS
    due_at = hour_of(stakeholder, severity=message.severity, mode=mode, now=now)
    delivery, is_new = Delivery.objects.get_or_create(
        key=f"{message.pk}:{stakeholder.pk}:{stakeholder.way}:{turn}",
        defaults={
            "recipient": recipient,
            "round": turn,
            "way": stakeholder.way,
            "place": place_words(stakeholder)[:200],
            "idempotency_key": uuid.uuid4().hex,
            "state": (DeliveryState.WAITING if due_at > now else DeliveryState.QUEUED).value,
            "created_at": now,
            "due_at": due_at,
        },
    )
    if not is_new:
        return None
    due.schedule_first(kind=DELIVERY, key=delivery.pk, due_at=due_at)
    if due_at <= now:
        nudge.after_commit()
    return delivery
