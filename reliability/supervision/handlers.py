"""Housekeeping: the audit trail, what libraries keep, the counters of processes that are gone; the sign of life."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from reliability.access.services import audit
from reliability.outbox.registry import due_work
from reliability.supervision.services import heartbeat
from reliability.supervision.services.housekeeping import forget_old
from reliability.web.metric_files import fold


@due_work("supervision.housekeeping", batch=True, standing=True)
def housekeeping(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    fold(directory=settings.METRICS_DIR, now=now)
    is_more = [forget_old(now=now), audit.forget_old(now=now)]
    return now if any(is_more) else now + timedelta(hours=6)


@due_work("supervision.heartbeat", standing=True, lease=timedelta(seconds=20))
def sign_of_life(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    """Being done by a worker, it shows that tick, broker and worker live."""
    heartbeat.send(now=now)
    return now + heartbeat.EVERY
