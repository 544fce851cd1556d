"""Due work of this room."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from reliability.delivery.services import dora_months, replaying, shipping
from reliability.outbox.registry import due_work

PACK_EVERY = timedelta(seconds=15)
FORGET_EVERY = timedelta(hours=1)


@due_work("delivery.months", lease=timedelta(minutes=5), batch=True, standing=True)
def pack_months(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    """At once again while there is more than one run takes: readers of figures ask the rows of those meanwhile."""
    is_more = dora_months.pack() == dora_months.PACKED_AT_ONCE
    return now if is_more else now + PACK_EVERY


@due_work(shipping.KIND, lease=timedelta(minutes=10), batch=True)
def work_out_shipping(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return shipping.work_out(team_id=int(key), now=now)


@due_work(replaying.KIND, lease=timedelta(minutes=5), batch=True)
def read_again(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return replaying.go_on(integration_id=int(key), payload=payload, now=now)


@due_work("delivery.forgetting", batch=True, standing=True)
def forget_old_payloads(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    return now if replaying.forget_old(now=now) else now + FORGET_EVERY
