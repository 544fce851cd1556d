"""Due work goes to a worker at once instead of at the next tick. Best effort: the tick stays the guarantee."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import transaction

logger = structlog.get_logger(__name__)

# Many commits within this time cost one message.
PAUSE_SECONDS = 0.05
# While the broker does not answer it is not asked at each commit.
PAUSE_AFTER_FAILURE_SECONDS = 2.0


class Nudger:
    """A thread that publishes; whoever calls `nudge` sets a flag and goes on. One per process, made when needed."""

    def __init__(self, publish: Callable[[], None]) -> None:
        self._publish = publish
        self._is_wanted = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def nudge(self) -> None:
        self._is_wanted.set()
        thread = self._thread
        if thread is None or not thread.is_alive():  # none yet, or this process is a fork of the one that had it
            self._start()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="nudger", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._is_wanted.wait()
            self._is_wanted.clear()
            time.sleep(PAUSE_SECONDS if self._try_once() else PAUSE_AFTER_FAILURE_SECONDS)

    def _try_once(self) -> bool:
        try:
            self._publish()
        except Exception as error:  # whatever the broker's client raises: the tick finds the rows
            logger.warning("nudge_failed", error=f"{type(error).__name__}: {error}")
            return False
        return True


_nudger: Nudger | None = None


def use(publish: Callable[[], None]) -> None:
    """How to wake a worker: given by reliability.outbox.tasks, since services know no Celery."""
    global _nudger
    _nudger = Nudger(publish)


def after_commit() -> None:
    """Wake a worker once the current transaction has committed; at once when there is none."""
    if settings.OUTBOX_NUDGE and _nudger is not None:
        transaction.on_commit(_nudger.nudge, robust=True)
