"""Due work of this room."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from reliability.delivery.services import dora_months
from reliability.outbox.registry import due_work

PACK_EVERY = timedelta(seconds=15)


@due_work("delivery.months", lease=timedelta(minutes=5), batch=True, standing=True)
def pack_months(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    """At once again while there is more than one run takes: readers of figures ask the rows of those meanwhile."""
    is_more = dora_months.pack() == dora_months.PACKED_AT_ONCE
    return now if is_more else now + PACK_EVERY
