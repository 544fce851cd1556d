"""Turns of those who write to one SQLite file, in whatever process or thread.

SQLite lets one write and keeps no queue: whoever finds it busy sleeps up to 100 ms and tries again. Who writes one
transaction after the other, as intake does in a flood, then keeps all others out for seconds. Here whoever waits tries
every millisecond and holds a shared lock on a file beside the database; whoever comes later sees that and lets them
go first. The system drops the lock of a process that dies. All of it is politeness: what protects the data is
SQLite's own lock, so a lock here that is lost or refused costs time only.
"""

from __future__ import annotations

import fcntl
import os
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")

SUFFIX = "-waiting"
TRY_EVERY_SECONDS = 0.001
# Long enough for those who wait to try once, on a machine that is busy, too.
GIVE_WAY_SECONDS = 0.003


class Turns:
    """The turns of one connection: a descriptor of its own, as locks belong to descriptors."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.close = weakref.finalize(self, os.close, descriptor)

    @classmethod
    def at(cls, database: Path) -> Turns | None:
        """None where no file can be made beside the database: then everybody waits as SQLite does."""
        try:
            return cls(os.open(f"{database}{SUFFIX}", os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644))
        except OSError:
            return None

    def take(self, attempt: Callable[[], Result], *, is_busy: Callable[[Exception], bool], seconds: float) -> Result:
        """What *attempt* returns once nobody else writes; after so many seconds what it raises then.

        is_busy: whether the exception says that somebody else writes; any other is raised at once.
        """
        if not self.does_anybody_wait():
            try:
                return attempt()
            except Exception as error:
                if not is_busy(error):
                    raise
        return self._wait(attempt, is_busy=is_busy, until=time.monotonic() + seconds)

    def _wait(self, attempt: Callable[[], Result], *, is_busy: Callable[[Exception], bool], until: float) -> Result:
        is_seen = self._lock(fcntl.LOCK_SH)
        pause = GIVE_WAY_SECONDS
        try:
            while True:
                time.sleep(pause)
                pause = TRY_EVERY_SECONDS
                try:
                    return attempt()
                except Exception as error:
                    if not is_busy(error) or time.monotonic() >= until:
                        raise
                is_seen = is_seen or self._lock(fcntl.LOCK_SH)
        finally:
            self._lock(fcntl.LOCK_UN)

    def does_anybody_wait(self) -> bool:
        """Whether another holds the lock. Two who look at once may see each other, and both give way."""
        if not self._lock(fcntl.LOCK_EX):
            return True
        self._lock(fcntl.LOCK_UN)
        return False

    def _lock(self, operation: int) -> bool:
        try:
            fcntl.flock(self._descriptor, operation | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


def does_anybody_wait(connection: object) -> bool:
    """Whether others wait until this database connection has written. Never where it takes no turns."""
    turns: Turns | None = getattr(connection, "turns", None)
    return turns is not None and turns.does_anybody_wait()
