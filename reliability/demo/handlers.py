"""The traffic of the demo, minute by minute."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from reliability.demo.services.rates import take_counts
from reliability.demo.services.traffic import catch_up
from reliability.outbox.registry import due_work


@due_work("demo.traffic", lease=timedelta(minutes=2), standing=True)
def push_traffic(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    """Store what the shop served since the last time, then come back at the next full minute."""
    catch_up(now=now)
    return now.replace(second=0, microsecond=0) + timedelta(minutes=1, seconds=5)


@due_work("demo.rates", lease=timedelta(minutes=1), standing=True)
def take_rates(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    """Store what the customers of the exchange rates counted, and come back in ten seconds."""
    take_counts(data_dir=Path(settings.DATA_DIR), now=now)
    return now + timedelta(seconds=10)
