"""Due work of this room."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from reliability.outbox.registry import due_work
from reliability.readiness.services import reminders
from reliability.readiness.services.due_kinds import EXPIRY, NOTICE


@due_work(EXPIRY)
def remind(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return reminders.remind(subject=key, now=now)


@due_work(NOTICE, lease=timedelta(seconds=20), kept=True)
def tell(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return reminders.deliver(notice_id=int(key), now=now)
