"""A list that no place of the person takes: its pages count as refused, and their next steps come."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from incidents.paging.models import Notification
from incidents.paging.services.bundling import needed_parts
from incidents.paging.services.due_kinds import LIST_LOST, STEP
from reliability.outbox.services import due

PIECE = 100


def give_up(*, bundle: Notification, now: datetime) -> None:
    """Have its pages passed on, of which there may be thousands. Call in the transaction that closes it."""
    due.demand(kind=LIST_LOST, key=bundle.pk, now=now)


@transaction.atomic
def pass_on(*, bundle_id: int, now: datetime) -> datetime | None:
    """Up to a hundred of its pages. Returns *now* when there may be more, else None."""
    bundle = Notification.objects.filter(pk=bundle_id).first()
    if bundle is None:
        return None
    parts = list(needed_parts(bundle=bundle).filter(sent_at=None).order_by("escalation_id", "pk")[:PIECE])
    reason = f"listed in a message that did not get through: {bundle.state_reason}"
    Notification.objects.filter(pk__in=[part.pk for part in parts]).update(state=bundle.state, state_reason=reason)
    for escalation_id in dict.fromkeys(part.escalation_id for part in parts if part.escalation_id):
        due.demand(kind=STEP, key=escalation_id, now=now)
    return now if len(parts) == PIECE else None
