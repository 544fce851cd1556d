"""Due work of this room: kept copies, messages to subscribers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from incidents.status_page.facts import PAGE_CHANGED, UPDATE_PUBLISHED
from incidents.status_page.services import copies, delivering, fan_out, forgetting
from incidents.status_page.services.due_kinds import DELIVER, FAN_OUT, FORGET, KEEP_COPIES, RENDER
from reliability.outbox.registry import due_work, staged_work, subscriber


@due_work(RENDER, lease=timedelta(seconds=60), kept=True)
def render_page(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return copies.renew(page_id=int(key), now=now)


@due_work(KEEP_COPIES, standing=True)
def keep_copies(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    return copies.keep(now=now)


@subscriber(PAGE_CHANGED, "status_page.page_changed")
def page_changed(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    copies.demand(page_id=int(payload["page_id"]), now=now)


@subscriber(UPDATE_PUBLISHED, "status_page.update_published")
def update_published(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    if payload.get("is_told", True):
        fan_out.begin(update_id=int(payload["update_id"]), now=now)


@due_work(FAN_OUT, at_once=1)
def fan_out_update(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return fan_out.go_on(update_id=int(key), now=now)


@staged_work(DELIVER, lease=timedelta(seconds=20), kept=True)
def deliver(*, key: str, payload: dict[str, Any], now: datetime) -> delivering.Sending | datetime | None:
    return delivering.begin(delivery_id=int(key), now=now)


@due_work(FORGET, batch=True, standing=True)
def forget(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    return now if forgetting.forget(now=now) else now + timedelta(hours=6)
