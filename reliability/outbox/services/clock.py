"""When the machine's clock is set by more than a little: what counts in time from then keeps its pace.

A row holds the instant at which it is due. Set back by an hour, the clock would leave everything waiting for an hour;
set forward, it would let every step of every escalation fall due at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from django.db import transaction
from django.db.models import F

from reliability.outbox.models import Due, Heartbeat
from reliability.outbox.selectors.backlog import TICK

logger = structlog.get_logger(__name__)

# Less is the ordinary correction of a clock, which changes nothing that matters.
STEP_MIN = timedelta(seconds=30)
# Rows are made for an instant a little before they are looked at.
_SLACK = timedelta(minutes=2)


class StepHandler(Protocol):
    def __call__(self, *, step: timedelta, now: datetime) -> None: ...


_handlers: dict[StepHandler, frozenset[str]] = {}


def on_clock_step(handler: StepHandler, *, kinds: Collection[str] = ()) -> StepHandler:
    """Call *handler* in the transaction that mends the rows; a room mends its own instants there.

    kinds: of due work, whose rows the handler moves itself.
    """
    _handlers[handler] = frozenset(kinds)
    return handler


class ClockWatch:
    """Compares the wall clock with one that nobody sets. One per process, asked before anything is claimed.

    steady: seconds, also counting while the machine sleeps.
    """

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._lock = threading.Lock()
        self._difference: float | None = None

    def keep_pace(self, *, now: datetime) -> timedelta:
        """Mend what a step of the clock would break. Returns the step, zero for the usual wobble.

        Threads that come meanwhile wait: by the new clock they would take up what is not due.
        """
        difference = now.timestamp() - self._steady()
        with self._lock:
            former = difference if self._difference is None else self._difference
            step = timedelta(seconds=difference - former)
            is_step = abs(step) >= STEP_MIN
            if is_step:
                mend(step=step, now=now)
            self._difference = difference
        return step if is_step else timedelta()


def steady_seconds() -> float:
    """Linux counts sleep in CLOCK_BOOTTIME; elsewhere monotonic time has to do."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


@transaction.atomic
def mend(*, step: timedelta, now: datetime) -> bool:
    """Move what was written by the former clock. Of several processes that see the step, one does: the last sign of
    life tells by which clock it was written. Returns whether it was done here."""
    last = Heartbeat.objects.select_for_update().filter(name=TICK).first()
    if last is None or abs(now - step - last.at) > abs(step) / 2:
        return False
    logger.warning("clock_stepped", seconds=step.total_seconds())
    # First, as rooms lock what they own before its due rows.
    for handler in _handlers:
        handler(step=step, now=now)
    if step < timedelta():
        # All that the former clock called the future lies beyond its own present.
        beyond = now - step - _SLACK
        others = Due.objects.exclude(kind__in=frozenset().union(*_handlers.values()))
        others.filter(due_at__gt=beyond).update(due_at=F("due_at") + step)
        others.filter(due_again_at__gt=beyond).update(due_again_at=F("due_again_at") + step)
        Due.objects.filter(lease_until__gt=beyond).update(lease_until=F("lease_until") + step)
    last.at = now
    last.save(update_fields=("at",))
    return True
