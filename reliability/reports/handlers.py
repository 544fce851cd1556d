"""Due work of this room."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from reliability.outbox.registry import due_work
from reliability.reports.services import retention, sending
from reliability.reports.services.due_kinds import FORGET, MAKE, NOTICE

FORGET_EVERY = timedelta(hours=6)


@due_work(MAKE, lease=timedelta(minutes=5), batch=True)
def make(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return sending.make(subscription_id=int(key), now=now)


@due_work(FORGET, batch=True, standing=True)
def forget(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    return now if retention.forget_old(now=now) else now + FORGET_EVERY


@due_work(NOTICE, lease=timedelta(seconds=20), kept=True)
def tell(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return sending.deliver(notice_id=int(key), now=now)
