"""Record that something happened, and one due row for each room that wants to know."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from reliability.outbox.models import Due, Fact
from reliability.outbox.registry import subscriptions_of
from reliability.outbox.services import nudge


@transaction.atomic(savepoint=False)
def emit(*, kind: str, payload: dict[str, Any], now: datetime, team_id: int | None = None) -> Fact:
    """Write the fact in the transaction of its cause. Each subscriber has its own row, so one that fails
    is repeated alone."""
    fact = Fact.objects.create(kind=kind, payload=payload, at=now, team_id=team_id)
    waiting = Due.objects.bulk_create(
        Due(kind=subscription.due_kind, key=str(fact.pk), payload=payload, due_at=now)
        for subscription in subscriptions_of(kind)
    )
    if waiting:
        nudge.after_commit()
    return fact
