"""The tick: claim what is due and hand it to somebody who does it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.conf import settings

from reliability.outbox.models import Heartbeat
from reliability.outbox.selectors.backlog import TICK, last_tick_at
from reliability.outbox.services.claims import Bounds, Claim, claim, release
from reliability.outbox.services.clock import ClockWatch
from reliability.web.metrics import DISPATCH_FAILURES, TICKS

logger = structlog.get_logger(__name__)

# The sign of life is written this often, not at each tick: a write costs the database a sync to disk.
HEARTBEAT_EVERY = timedelta(seconds=10)


def tick(
    *,
    now: datetime,
    hand_over: Callable[[Claim], object],
    waiting: int | None = None,
    clock: ClockWatch | None = None,
) -> int:
    """Claim due rows and hand each over; one that cannot be handed over is given back. Returns how many went.

    waiting: how many may wait for a worker, when it is not as the settings say. clock: notices when it is set.
    Ticks may run at the same time, twice, or not at all for a while: what is due stays due.
    """
    TICKS.inc()
    if clock is not None:
        clock.keep_pace(now=now)  # before the sign of life, by which it sees whether another process was quicker
    _beat(now=now)
    return hand_over_due(now=now, hand_over=hand_over, waiting=waiting)


def hand_over_due(
    *,
    now: datetime,
    hand_over: Callable[[Claim], object],
    waiting: int | None = None,
    clock: ClockWatch | None = None,
) -> int:
    """Claim as many due rows as the bounds allow and hand each over. Returns how many went."""
    if clock is not None:
        clock.keep_pace(now=now)
    bounds = Bounds(
        waiting=settings.OUTBOX_WAITING_MAX if waiting is None else waiting,
        batch=settings.OUTBOX_BATCH_MAX,
        slots=settings.WORKER_SLOTS,
    )
    claims = claim(now=now, bounds=bounds)
    for position, claimed in enumerate(claims):
        try:
            hand_over(claimed)
        except Exception:  # any failure of the broker's client; the rows are given back, the next tick tries again
            DISPATCH_FAILURES.inc(len(claims) - position)
            logger.warning("dispatch_failed", kind=claimed.kind, key=claimed.key, exc_info=True)
            release(claims=claims[position:])
            return position
    return len(claims)


def _beat(*, now: datetime) -> None:
    last = last_tick_at()
    if last is None or abs(now - last) >= HEARTBEAT_EVERY:
        Heartbeat.objects.update_or_create(name=TICK, defaults={"at": now})
