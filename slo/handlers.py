"""Due work of this room: collect, evaluate, backfill, and the standing chores."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from reliability.kit.instants import floor_minute
from reliability.outbox.registry import HALF_OF_THE_SLOTS, due_work
from slo.services import (
    backfills_reading,
    collections,
    composite_evaluations,
    evaluations,
    retention,
    schedules,
)


# A run bounds itself to some twenty seconds; the lease is for a machine that was suspended.
@due_work(schedules.COLLECT, lease=timedelta(minutes=5), at_once=HALF_OF_THE_SLOTS)
def collect(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return collections.collect(source_id=int(key), now=now)


@due_work(schedules.EVALUATE, lease=timedelta(minutes=2))
def evaluate(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    """Half a minute after the minute begins, when its collections are done; teams take turns."""
    result = evaluations.evaluate_team(team_id=int(key), now=now)
    if not result.evaluated:
        return None
    return floor_minute(now) + timedelta(minutes=1, seconds=25 + int(key) % 10)


@due_work(schedules.EVALUATE_COMPOSITES, lease=timedelta(minutes=2))
def evaluate_composites(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    """After the objectives of the minute: what they are made of has been collected then."""
    if not composite_evaluations.evaluate_team(team_id=int(key), now=now):
        return None
    return floor_minute(now) + timedelta(minutes=1, seconds=38 + int(key) % 10)


@due_work(schedules.BACKFILL, lease=timedelta(minutes=5), batch=True)
def backfill(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return backfills_reading.advance(backfill_id=int(key), now=now)


@due_work("slo.retention", lease=timedelta(minutes=5), batch=True, standing=True)
def drop_old(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    return now if retention.drop_old(now=now) else now + timedelta(hours=6)


@due_work("slo.ensure", standing=True)
def ensure(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    schedules.ensure(now=now)
    return now + timedelta(minutes=5)
