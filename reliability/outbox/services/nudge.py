"""Due work goes to a worker at once instead of at the next tick. Best effort: the tick stays the guarantee."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction

logger = structlog.get_logger(__name__)

# Many commits within this time cost one message.
PAUSE_SECONDS = 0.1
# While the broker does not answer it is not asked at each commit.
PAUSE_AFTER_FAILURE_SECONDS = 2.0
_EXPIRES_SECONDS = 30.0


class Nudger:
    """A thread that publishes; whoever calls `nudge` sets a flag and goes on. One per process, made when needed."""

    def __init__(self, publish: Callable[[], None]) -> None:
        self._publish = publish
        self._is_wanted = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_failing = False

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
            if not self._is_failing:
                logger.warning("nudge_failed", error=f"{type(error).__name__}: {error}")
            self._is_failing = True
            return False
        self._is_failing = False
        return True


def _publish_tick() -> None:
    current_app.send_task("outbox.tick", expires=_EXPIRES_SECONDS, retry=False, ignore_result=True)


_nudger = Nudger(_publish_tick)


def use(publish: Callable[[], None]) -> None:
    """Wake in another way: a process that does the work itself has no broker to tell."""
    global _nudger
    _nudger = Nudger(publish)


def after_commit() -> None:
    """Wake a worker once the current transaction has committed; at once when there is none."""
    if settings.OUTBOX_NUDGE:
        transaction.on_commit(_nudger.nudge, robust=True)
