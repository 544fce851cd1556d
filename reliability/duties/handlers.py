"""Due work of this room."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from reliability.duties.services import reminding
from reliability.duties.services.due_kinds import NOTICE, REMIND
from reliability.outbox.registry import due_work


@due_work(REMIND)
def remind(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return reminding.remind(duty_id=int(key), now=now)


@due_work(NOTICE, lease=timedelta(seconds=20), kept=True)
def tell(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return reminding.deliver(notice_id=int(key), now=now)
