"""A worker that dies at a named point, once: where a file of that name lies in PROBE_DIR.

Patched from outside, so that the product itself holds no hooks for its death.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from incidents.paging.services import delivery, escalations
from incidents.paging.services.due_kinds import SEND, STEP
from reliability.outbox import tasks
from reliability.outbox.services import runs

DIRECTORY = Path(os.environ.get("PROBE_DIR") or "/nonexistent")


def die_at(point: str) -> None:
    try:
        (DIRECTORY / point).unlink()
    except OSError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def _around(module: Any, name: str, *, before: str = "", after: str = "", kind: str = "") -> None:
    """Die before or after a call; with *kind* only when the row of due work is of that kind."""
    call: Callable[..., Any] = getattr(module, name)

    def dying(*arguments: Any, **named: Any) -> Any:
        rows = [*arguments, *named.values()]
        is_meant = not kind or any(getattr(row, "kind", "") == kind for row in rows)
        if before and is_meant:
            die_at(before)
        answer = call(*arguments, **named)
        if after and is_meant:
            die_at(after)
        return answer

    setattr(module, name, dying)


def arm() -> None:
    _around(tasks, "_send", before=f"{SEND} claimed", after=f"{SEND} handed over", kind=SEND)
    _around(delivery, "prepare", before="try not written", after="try not committed")
    _around(delivery, "_send", before="try written", after="sent")
    _around(delivery, "record", after="answer not committed")
    _around(runs, "_finish", after=f"{SEND} finished", kind=SEND)
    _around(escalations, "go_on", before="step not taken", after="step taken")
    _around(runs, "_finish", after=f"{STEP} finished", kind=STEP)


def step_the_clock() -> None:
    """The clock of all processes of the product goes wrong by the seconds that stand in PROBE_DIR/clock."""
    real = timezone.now

    def now() -> datetime:
        try:
            return real() + timedelta(seconds=float((DIRECTORY / "clock").read_text()))
        except (OSError, ValueError):
            return real()

    timezone.now = now
