"""Due work of this room, the runs that prove follow-ups, and what stands in the calendar."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chaos.gamedays.selectors.entries import entries_of
from chaos.gamedays.services import follow_ups, reminding, telling
from chaos.gamedays.services.due_kinds import FOLLOW_UP, FOLLOW_UP_NOTICE, NOTICE
from chaos.runs.calendar import register_entries
from reliability.outbox.registry import due_work, subscriber

register_entries("game_days", entries_of)


@due_work(NOTICE, lease=timedelta(seconds=20), kept=True)
def tell_invitee(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return telling.deliver(notice_id=int(key), now=now)


@due_work(FOLLOW_UP)
def remind_of_follow_up(*, key: str, payload: dict[str, Any], now: datetime) -> None:
    reminding.remind(follow_up_id=int(key), now=now)


@due_work(FOLLOW_UP_NOTICE, lease=timedelta(seconds=20), kept=True)
def tell_owner(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return reminding.deliver(notice_id=int(key), now=now)


@subscriber("RunEnded", "gamedays.run_ended")
def run_ended(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    follow_ups.verify_by_run(run_id=int(payload["run_id"]), now=now)
