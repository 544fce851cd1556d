"""Taking back comes before writing: while faults of many runs are taken back at once, their watchers write nothing.

Forty that each write what they have seen keep each other from the processor and from the database for seconds, and the
faults of the last would stay for so long. Nothing is lost by it: records are written before faults, and who finds one
that nobody has written to be gone takes it back again, which does no harm.
"""

from __future__ import annotations

import threading
import time

# Longer than that nobody waits for others: a target that hangs holds up no verdict.
SECONDS_MAX = 1.5


class Rush:
    """Of the runs of one agent. From any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._until: dict[int, float] = {}

    def begin(self, run_id: int) -> None:
        """It was told to end."""
        now = time.monotonic()
        with self._changed:
            self._until = {one: until for one, until in self._until.items() if until > now}
            self._until[run_id] = now + SECONDS_MAX

    def end(self, run_id: int) -> None:
        """Its faults were taken back, or that took longer than others wait for."""
        with self._changed:
            self._until.pop(run_id, None)
            self._changed.notify_all()

    def is_on(self) -> bool:
        with self._changed:
            return self._seconds_left() > 0

    def wait(self) -> None:
        """Until it is over for all, or long enough."""
        until = time.monotonic() + SECONDS_MAX
        with self._changed:
            while (seconds := min(self._seconds_left(), until - time.monotonic())) > 0:
                self._changed.wait(seconds)

    def _seconds_left(self) -> float:
        return max(self._until.values(), default=0.0) - time.monotonic()
