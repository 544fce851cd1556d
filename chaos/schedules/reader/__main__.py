"""One JSON object on stdin, one on stdout: see chaos.schedules.services.reading."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from datetime import datetime
from types import FrameType
from typing import Any

from chaos.schedules.domain.ical_events import FeedError, FeedReading, Wanted, read
from reliability.kit.parent_death import die_with_parent
from reliability.kit.periods import Period

# Of one event; the parent ends the whole after its own time.
EVENT_SECONDS = 1.0
MEMORY_BYTES = 1 << 30


def main() -> None:
    asked = json.loads(sys.stdin.buffer.read())
    if parent := os.environ.pop("READER_PARENT_PID", ""):
        die_with_parent(int(parent))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    signal.signal(signal.SIGALRM, _give_up)
    try:
        answer = _answer(read(text=asked["text"], wanted=_wanted(asked), patience=_patience(asked["seconds"])))
    except FeedError as error:
        answer = {"error": str(error)}
    except (MemoryError, RecursionError):
        answer = {"error": "reading the calendar takes too much memory: export a smaller one"}
    sys.stdout.write(json.dumps(answer))


def _wanted(asked: dict[str, Any]) -> Wanted:
    return Wanted(
        period=Period(datetime.fromisoformat(asked["start"]), datetime.fromisoformat(asked["end"])),
        zone_name=asked["zone"],
        takes_free=asked["takes_free"],
        only_words=asked["only_words"],
        entries_max=asked["entries_max"],
    )


def _answer(reading: FeedReading) -> dict[str, Any]:
    times = [{**asdict(one), "start": one.start.isoformat(), "end": one.end.isoformat()} for one in reading.times]
    return {**asdict(reading), "times": times, "known_until": reading.known_until.isoformat()}


def _patience(seconds: float) -> Callable[[], AbstractContextManager[None]]:
    """A second for each event, while the whole takes no more than *seconds*."""
    deadline = time.monotonic() + seconds

    @contextmanager
    def patient() -> Iterator[None]:
        left = min(EVENT_SECONDS, deadline - time.monotonic())
        if left <= 0:
            raise FeedError(
                f"working out the repeats of its events takes longer than {seconds:g} s: export a smaller calendar"
            )
        signal.setitimer(signal.ITIMER_REAL, left)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    return patient


def _give_up(number: int, frame: FrameType | None) -> None:
    raise TimeoutError


if __name__ == "__main__":
    main()
