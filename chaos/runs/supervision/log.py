"""What a watcher writes about its run: at once, or as soon as the database is there again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

import structlog
from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

from chaos.runs.services.events import Entry, record_all

logger = structlog.get_logger(__name__)

Answer = TypeVar("Answer")
_RETRY_SECONDS = 0.5
_BUFFERED_MAX = 5_000


class AbandonedError(Exception):
    """The agent ends and waits no longer: whoever takes the run over goes on. The message says with what."""


class RunLog:
    """Of one run under one fence. Each write gives its connection back: there are more watchers than connections."""

    def __init__(self, *, run_id: int, fence: int, is_abandoned: threading.Event) -> None:
        self._run_id = run_id
        self._fence = fence
        self._is_abandoned = is_abandoned
        self._waiting: list[Entry] = []
        self._lock = threading.Lock()

    def tell(self, kind: str, text: str, data: dict[str, object] | None = None) -> None:
        """Written with the next flush."""
        with self._lock:
            self._waiting.append(Entry(kind, text, timezone.now(), data or {}))
            del self._waiting[:-_BUFFERED_MAX]

    def flush(self) -> None:
        """Write what waits; what cannot be written now stays. Raises LeaseLostError."""
        try:
            once(self.write)
        except DatabaseError as error:
            logger.warning("run_log_not_written", run=self._run_id, error=str(error))

    def write(self) -> None:
        """As `flush`, and raises DatabaseError."""
        with self._lock:
            entries, self._waiting = self._waiting, []
        try:
            record_all(run_id=self._run_id, entries=entries, fence=self._fence)
        except DatabaseError:
            with self._lock:
                self._waiting = entries + self._waiting
            raise

    def surely(self, write: Callable[[], Answer]) -> Answer:
        """Do it until the database takes it. Raises LeaseLostError, AbandonedError."""
        while True:
            try:
                return once(write)
            except DatabaseError as error:
                logger.warning("run_not_written", run=self._run_id, error=str(error))
            if self._is_abandoned.wait(_RETRY_SECONDS):
                raise AbandonedError(f"run {self._run_id} is left to other agents")


def once(write: Callable[[], Answer]) -> Answer:
    """Do it with a connection that is given back: an agent has more threads than connections. Raises what it raises."""
    try:
        return write()
    finally:
        connection.close()
