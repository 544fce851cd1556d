"""One row for each message to a subscriber, and when it is due. Rows and due times are of one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction

from incidents.status_page.models import Delivery, Subscriber
from incidents.status_page.services.due_kinds import DELIVER
from reliability.outbox.services import due, nudge

# Mails that ask go by their own lane: they do not wait behind ten thousand that tell.
_ASKING = "status-page-asking"
_MAILS = "status-page-mails"
_HOOKS = "status-page-hooks"
_LANES_OF_HOOKS = 4


@transaction.atomic
def queue(*, subscriber: Subscriber, purpose: Delivery.Purpose, now: datetime) -> Delivery:
    """A message about the subscription itself, due now. An earlier one of its purpose that still waits is void."""
    waiting = Delivery.objects.filter(subscriber=subscriber, purpose=purpose, state=Delivery.State.WAITING)
    waiting.update(state=Delivery.State.VOID, state_reason="asked for again")
    row = Delivery.objects.create(
        subscriber=subscriber, purpose=purpose, idempotency_key=uuid.uuid4().hex, created_at=now
    )
    due.schedule_first(kind=DELIVER, key=row.pk, due_at=now, lane=lane_of(subscriber, purpose))
    nudge.after_commit()
    return row


@transaction.atomic
def queue_update(*, update_id: int, due_at: Sequence[tuple[Subscriber, datetime]], now: datetime) -> None:
    """An update for each of these, due with its share of the minute. Raises IntegrityError when one has it already."""
    rows = Delivery.objects.bulk_create(
        Delivery(
            subscriber=subscriber,
            purpose=Delivery.Purpose.UPDATE,
            update_said_id=update_id,
            idempotency_key=uuid.uuid4().hex,
            created_at=now,
        )
        for subscriber, _ in due_at
    )
    lanes = [lane_of(subscriber, Delivery.Purpose.UPDATE) for subscriber, _ in due_at]
    instants = [at for _, at in due_at]
    asked = [(row.pk, at, lane) for row, at, lane in zip(rows, instants, lanes, strict=True)]
    due.schedule_all_first(kind=DELIVER, rows=asked)
    nudge.after_commit()


def lane_of(subscriber: Subscriber, purpose: str) -> str:
    """Mails go to one server; webhooks to many, of which one that hangs must not hold up all others."""
    if purpose == Delivery.Purpose.CONFIRM:
        return _ASKING
    if subscriber.kind == Subscriber.Kind.MAIL:
        return _MAILS
    host = urlsplit(f"//{subscriber.address}").hostname or ""
    return f"{_HOOKS}-{sum(host.encode()) % _LANES_OF_HOOKS}"
