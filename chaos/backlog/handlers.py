"""Due work and facts of this room."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chaos.backlog.services import learning, reminders, scoring, trials
from chaos.backlog.services.due_kinds import NOTICE, REMIND, SCORES
from chaos.runs.services.concluding import RUN_ENDED
from reliability.outbox.registry import due_work, subscriber

_SCORES_EVERY = timedelta(hours=1)


@subscriber(RUN_ENDED, "backlog.run_ended")
def run_ended(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    learning.run_ended(payload=payload, now=now)
    trials.run_ended(payload=payload, now=now)


@due_work(REMIND)
def remind(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return reminders.remind(trial_id=int(key), now=now)


@due_work(NOTICE, lease=timedelta(seconds=20), kept=True)
def tell(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return reminders.deliver(notice_id=int(key), now=now)


@due_work(SCORES, standing=True, batch=True)
def score(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return now if scoring.refresh(now=now) else now + _SCORES_EVERY
