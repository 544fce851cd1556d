"""Housekeeping of what libraries keep."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from reliability.outbox.registry import due_work
from reliability.supervision.services.housekeeping import forget_old


@due_work("supervision.housekeeping", batch=True, standing=True)
def housekeeping(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    return now if forget_old(now=now) else now + timedelta(hours=6)
