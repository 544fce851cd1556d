"""Due work of this room, and what it tells the guards of experiments."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chaos.runs.blockers import ON_CALL, register_blocker
from incidents.oncall.selectors.present import nobody_on_call
from incidents.oncall.services import notices, swaps
from incidents.oncall.services.due import SHIFTS, SWAP
from reliability.outbox.registry import due_work

register_blocker(ON_CALL, nobody_on_call, words="somebody of the team is on call")


@due_work(SHIFTS)
def tell_of_shifts(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return notices.tell(schedule_id=int(key), now=now)


@due_work(SWAP)
def expire_swap(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return swaps.expire(swap_id=int(key), now=now)


@due_work("oncall.ensure", standing=True)
def ensure(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    notices.ensure(now=now)
    return now + timedelta(minutes=5)
