"""Due work of this room."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from incidents.oncall.services import notices, swaps
from incidents.oncall.services.due import SHIFTS, SWAP
from reliability.outbox.registry import due_work


@due_work(SHIFTS)
def tell_of_shifts(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return notices.tell(schedule_id=int(key), now=now)


@due_work(SWAP)
def expire_swap(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return swaps.expire(swap_id=int(key), now=now)


@due_work("oncall.ensure", standing=True)
def ensure(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    notices.ensure(now=now)
    return now + timedelta(minutes=5)
