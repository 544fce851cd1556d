"""Housekeeping of the outbox itself: facts that every subscriber has seen are forgotten after a while."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from reliability.outbox.registry import due_work
from reliability.outbox.services.housekeeping import forget_facts

HOUSEKEEPING = "outbox.housekeeping"


@due_work(HOUSEKEEPING, batch=True, standing=True)
def housekeeping(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    is_more = forget_facts(before=now - timedelta(days=settings.FACT_RETENTION_DAYS))
    return now if is_more else now + timedelta(hours=6)
