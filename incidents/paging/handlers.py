"""Due work of this room: steps of escalations, messages to send, notices of shifts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from incidents.oncall.services.notices import SHIFT_BEGAN, SHIFT_COMING
from incidents.oncall.services.swaps import SWAP_CHANGED
from incidents.paging.selectors.rules import quiet_hours_end
from incidents.paging.services import (
    bundling_lost,
    delivery,
    escalations,
    escalations_clock,
    notifications_retention,
    shift_notices,
    sweeping,
)
from incidents.paging.services.due_kinds import FORGET, LIST_LOST, SEND, STEP, SWEEP
from reliability.channels import quiet
from reliability.outbox.registry import due_work, staged_work, subscriber
from reliability.outbox.services.clock import on_clock_step

on_clock_step(escalations_clock.keep_pace, kinds={STEP})
quiet.register("paging", quiet_hours_end)


@due_work(STEP, kept=True, urgent=True)
def step(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return escalations.go_on(escalation_id=int(key), now=now)


@staged_work(SEND, lease=delivery.LEASE, kept=True, urgent=True)
def send(*, key: str, payload: dict[str, Any], now: datetime) -> delivery.Sending | datetime | None:
    return delivery.begin(notification_id=int(key), now=now)


@due_work(LIST_LOST)
def list_lost(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return bundling_lost.pass_on(bundle_id=int(key), now=now)


@due_work(SWEEP, standing=True)
def sweep(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    sweeping.sweep(now=now)
    return now + sweeping.EVERY


@due_work(FORGET, batch=True, standing=True)
def forget(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    is_more = notifications_retention.forget(before=now - timedelta(days=settings.NOTIFICATION_RETENTION_DAYS))
    return now if is_more else now + timedelta(hours=6)


@subscriber(SHIFT_BEGAN, "paging.shift_began")
def shift_began(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    shift_notices.tell_of_shift(payload=payload, has_begun=True, now=now)


@subscriber(SHIFT_COMING, "paging.shift_coming")
def shift_coming(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    shift_notices.tell_of_shift(payload=payload, has_begun=False, now=now)


@subscriber(SWAP_CHANGED, "paging.swap_changed")
def swap_changed(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    shift_notices.tell_of_swap(fact_id=fact_id, payload=payload, now=now)
