"""Due work of this room."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chaos.runs.services import concluding, notices, starting
from chaos.runs.services.due_kinds import FIGURES, NOTICE, START
from reliability.outbox.registry import due_work


@due_work(START)
def start(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return starting.decide(run_id=int(key), now=now)


@due_work(NOTICE, lease=timedelta(seconds=20), kept=True)
def tell(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return notices.deliver(notice_id=int(key), now=now)


@due_work(FIGURES)
def settle(*, key: str, payload: dict[str, Any], now: datetime) -> None:
    concluding.settle(run_id=int(key), now=now)
