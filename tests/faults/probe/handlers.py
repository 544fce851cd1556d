from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from reliability.outbox.registry import HALF_OF_THE_SLOTS, due_work

SLOW = "probe.slow"
SOURCE = "probe.source"


def _note(payload: dict[str, Any], text: str) -> None:
    with Path(payload["trace"]).open("a") as trace:
        trace.write(f"{text}\n")


@due_work(SLOW)
def slow(*, key: str, payload: dict[str, Any], now: datetime) -> None:
    """Takes payload["seconds"], of the first run only when payload["first"] is set."""
    is_first = not Path(payload["trace"]).exists()
    _note(payload, f"begin {key} {os.getpid()}")
    if is_first or not payload.get("first"):
        time.sleep(payload["seconds"])
    _note(payload, f"end {key} {os.getpid()}")


@due_work(SOURCE, at_once=HALF_OF_THE_SLOTS)
def source(*, key: str, payload: dict[str, Any], now: datetime) -> None:
    """Waits for a slow source, as a collection does."""
    slow(key=key, payload=payload, now=now)
