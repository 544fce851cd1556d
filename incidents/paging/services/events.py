"""What the engine did, kept with the escalation and told to whoever listens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from incidents.paging.domain.happening import Happening
from incidents.paging.listeners import tell_listeners
from incidents.paging.models import Escalation, EscalationEvent


def record(
    *, escalation: Escalation, kind: Happening, text: str, now: datetime, data: dict[str, Any] | None = None
) -> EscalationEvent:
    """Write the event in the transaction of what it tells of."""
    event = EscalationEvent.objects.create(
        escalation=escalation,
        at=now,
        kind=kind.value,
        epoch=escalation.epoch,
        step=escalation.step,
        text=text,
        data=data or {},
    )
    tell_listeners(escalation=escalation, event=event)
    return event
