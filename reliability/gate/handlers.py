"""Due work of this room, and what it hears of."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from reliability.gate.services import asking, evaluating, telling
from reliability.gate.services.due_kinds import EVALUATE, FORGET, NOTICE
from reliability.outbox.registry import due_work, subscriber

EVALUATE_EVERY = timedelta(minutes=1)
FORGET_EVERY = timedelta(hours=1)


@due_work(EVALUATE, lease=timedelta(minutes=5), batch=True, standing=True)
def evaluate(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    """Burn rates and holds move without a change of state, so that all is looked at each minute."""
    evaluating.evaluate_all(now=now)
    return now + EVALUATE_EVERY


@subscriber("SloStateChanged", "gate.slo_state_changed")
def slo_state_changed(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    slo_id = payload.get("slo_id")
    if isinstance(slo_id, int):
        evaluating.evaluate(service_ids=evaluating.services_of_slo(slo_id=slo_id), now=now)


@due_work(NOTICE, lease=timedelta(seconds=20), kept=True)
def tell(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return telling.deliver(notice_id=int(key), now=now)


@due_work(FORGET, batch=True, standing=True)
def forget(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    forgotten = asking.forget_old(now=now) + asking.forget_history(now=now)
    return now if forgotten else now + FORGET_EVERY
