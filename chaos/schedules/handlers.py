"""Due work of this room, and what it tells the guards of experiments."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chaos.runs.blockers import register_blocker
from chaos.schedules.selectors.holding import blackouts_of
from chaos.schedules.services import feed_content, feeds, firing, telling
from reliability.outbox.registry import HALF_OF_THE_SLOTS, due_work
from reliability.outbox.services.clock import on_clock_step

register_blocker("blackout", blackouts_of, words="no blackout holds")
on_clock_step(firing.after_clock_step, kinds={firing.FIRE})


@due_work(firing.FIRE)
def fire(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return firing.look(schedule_id=int(key), now=now)


@due_work(telling.TELL, lease=timedelta(seconds=20), kept=True)
def tell(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return telling.deliver(notice_id=int(key), now=now)


@due_work(feeds.DUE, at_once=HALF_OF_THE_SLOTS)
def take_in_calendar(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return feed_content.take_in(feed_id=int(key), now=now)
