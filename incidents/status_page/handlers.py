"""Due work of this room: kept copies, messages to subscribers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from incidents.status_page.facts import PAGE_CHANGED
from incidents.status_page.services import copies
from incidents.status_page.services.due_kinds import KEEP_COPIES, RENDER
from reliability.outbox.registry import due_work, subscriber


@due_work(RENDER, lease=timedelta(seconds=60), kept=True)
def render_page(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return copies.renew(page_id=int(key), now=now)


@due_work(KEEP_COPIES, standing=True)
def keep_copies(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    return copies.keep(now=now)


@subscriber(PAGE_CHANGED, "status_page.page_changed")
def page_changed(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    copies.demand(page_id=int(payload["page_id"]), now=now)
