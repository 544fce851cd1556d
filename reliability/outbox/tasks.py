"""What Celery runs: the tick, and one claimed row. Both may be lost or repeated without harm."""

from __future__ import annotations

import os
import time
import uuid

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings
from django.utils import timezone

from reliability.outbox.registry import LEASE_DEFAULT, registration_of
from reliability.outbox.services import runs
from reliability.outbox.services.claims import Claim, release_owned
from reliability.outbox.services.clock import ClockWatch, steady_seconds
from reliability.outbox.services.due import ensure_standing
from reliability.outbox.services.tick import hand_over_due
from reliability.outbox.services.tick import tick as run_tick

# A handler that does not heed its time limit is killed this much later.
HARD_STOP_SECONDS = 5

_clock = ClockWatch(steady_seconds)


@shared_task(name="outbox.tick", acks_late=False)
def tick() -> None:
    run_tick(now=timezone.now(), hand_over=_send, clock=_clock)


def _send(claim: Claim) -> None:
    registration = registration_of(claim.kind)
    lease = LEASE_DEFAULT if registration is None else registration.lease
    seconds_max = int((lease + runs.STRETCH).total_seconds())
    is_slow = bool(claim.lane) or (registration is not None and registration.is_slow)
    task = run_slow if is_slow else run_due
    task.apply_async(
        args=(claim.due_id, str(claim.token)),
        soft_time_limit=seconds_max,
        time_limit=seconds_max + HARD_STOP_SECONDS,
        queue="urgent" if claim.is_urgent else settings.CELERY_TASK_DEFAULT_QUEUE,
        retry=False,  # the rows are the retry
    )


@shared_task(name="outbox.run_due", bind=True)
def run_due(self: object, due_id: int, lease_token: str) -> str:
    return _run(self, due_id, lease_token, passes_on=False).outcome.value


@shared_task(name="outbox.run_slow", bind=True)
def run_slow(self: object, due_id: int, lease_token: str) -> str:
    """Few rows of slow kinds and lanes are in hand at once: the end of one lets the next begin, without waiting for
    a tick, and one of a lane in this very slot, without the way through the broker."""
    ends_at = time.monotonic() + runs.STRETCH.total_seconds()
    ran = first = _run(self, due_id, lease_token, passes_on=True)
    while (following := ran.following or _next_of_a_lane(is_time_left=time.monotonic() < ends_at)) is not None:
        passes_on = time.monotonic() < ends_at
        ran = _run(self, following.due_id, str(following.token), passes_on=passes_on, begun=ran.begun)
    return first.outcome.value


def _next_of_a_lane(*, is_time_left: bool) -> Claim | None:
    """Of what can be taken up now, the first row of a lane; the others are sent to the workers."""
    kept: list[Claim] = []

    def keep_one(claim: Claim) -> None:
        if claim.lane and is_time_left and not kept:
            kept.append(claim)
        else:
            _send(claim)

    hand_over_due(now=timezone.now(), hand_over=keep_one, clock=_clock)
    return kept[0] if kept else None


def _run(task: object, due_id: int, lease_token: str, *, passes_on: bool, begun: runs.Begun | None = None) -> runs.Ran:
    hostname = getattr(getattr(task, "request", None), "hostname", None) or f"process {os.getpid()}"
    return runs.run_in_lane(
        due_id=due_id,
        token=uuid.UUID(lease_token),
        owner=hostname,
        clock=timezone.now,
        passes_on=passes_on,
        begun=begun,
    )


@worker_ready.connect
def _take_back(sender: object, **_: object) -> None:
    """A worker that starts gives back what its predecessor of the same name held when it died."""
    now = timezone.now()
    release_owned(owner=str(getattr(sender, "hostname", "")), now=now)
    ensure_standing(now=now)
