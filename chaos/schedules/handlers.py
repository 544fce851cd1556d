"""Due work of this room."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chaos.schedules.services import firing, telling
from reliability.outbox.registry import due_work
from reliability.outbox.services.clock import on_clock_step

on_clock_step(firing.after_clock_step, kinds={firing.FIRE})


@due_work(firing.FIRE)
def fire(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return firing.look(schedule_id=int(key), now=now)


@due_work(telling.TELL, lease=timedelta(seconds=20), kept=True)
def tell(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return telling.deliver(notice_id=int(key), now=now)
