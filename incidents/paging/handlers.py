"""Due work of this room: steps of escalations and messages to send."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from incidents.paging.services import delivery, escalations
from incidents.paging.services.due_kinds import SEND, STEP
from reliability.outbox.registry import due_work


@due_work(STEP, lease=timedelta(seconds=10))
def step(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return escalations.go_on(escalation_id=int(key), now=now)


@due_work(SEND, lease=delivery.LEASE)
def send(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return delivery.deliver(notification_id=int(key), now=now, clock=timezone.now)
