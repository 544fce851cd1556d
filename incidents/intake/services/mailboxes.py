"""When the mailbox of an integration is looked into. The reading itself is due work of its own."""

from __future__ import annotations

from datetime import datetime

from incidents.intake.models import Integration
from reliability.outbox.services import due

KIND = "intake.mail"
EMAIL = "email"


def schedule(*, integration: Integration, now: datetime) -> None:
    """Look into it now, when it is one that has a mailbox and is switched on; else never."""
    if integration.kind == EMAIL and integration.is_enabled:
        due.schedule(kind=KIND, key=integration.pk, due_at=now)
    elif integration.kind == EMAIL:
        due.cancel(kind=KIND, key=integration.pk)


def cancel(*, integration: Integration) -> None:
    due.cancel(kind=KIND, key=integration.pk)
