"""Why a run is to end before its own end."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from chaos.runs.domain.verdict import StopKind
from chaos.runs.models import GlobalStop, Run


@dataclass(frozen=True, slots=True)
class Order:
    """Why the run is to end. guard: the name of the guard that says so."""

    kind: StopKind
    reason: str
    guard: str = ""


class Deadline:
    """Of one run. It is over also when the clock of the machine was set back since it was first seen."""

    def __init__(self) -> None:
        self._seen: datetime | None = None
        self._until = 0.0

    def is_over(self, at: datetime, *, now: datetime) -> bool:
        clock = time.clock_gettime(time.CLOCK_BOOTTIME)
        if at != self._seen:
            self._seen, self._until = at, clock + (at - now).total_seconds()
        return now >= at or clock >= self._until


def order_of(run: Run) -> Order:
    """What somebody asked for in the row."""
    why = f": {run.stop_reason}" if run.stop_reason else ""
    return Order(StopKind(run.stop_kind or StopKind.PERSON), f"by {run.stop_requested_by_name}{why}")


def order_asked(run: Run, *, stop: GlobalStop | None) -> Order | None:
    """What somebody asked for in the row, or of all runs. stop: the one in force."""
    if run.stop_requested_at is not None:
        return order_of(run)
    return None if stop is None else Order(StopKind.GLOBAL_STOP, f"by {stop.by_name}: {stop.reason}")
