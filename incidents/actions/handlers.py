"""Due work of this room, and the runs that prove actions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chaos.runs.services.concluding import RUN_ENDED
from incidents.actions.services import proving, reminders
from incidents.actions.services.due_kinds import NOTICE, PROVE, REMIND
from reliability.outbox.registry import due_work, subscriber


@subscriber(RUN_ENDED, "actions.run_ended")
def run_ended(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    proving.by_run(run_id=int(payload["run_id"]), now=now)


@due_work(REMIND)
def remind(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return reminders.remind(number=int(key), now=now)


@due_work(NOTICE, lease=timedelta(seconds=20), kept=True)
def tell(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return reminders.deliver(notice_id=int(key), now=now)


@due_work(PROVE)
def prove(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return proving.by_objective(number=int(key), now=now)
