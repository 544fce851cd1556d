"""Short leases for work that may take a while: a thread renews them as long as the process lives.

Who dies while it holds such a row has lost it within KEPT, whether or not anybody starts it again.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, connection

from reliability.outbox.models import Due

logger = structlog.get_logger(__name__)

KEPT = timedelta(seconds=6)
_RENEW_SECONDS = 1.5


class Keeper:
    """The rows in hand of one process. The thread is there while there are some."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[uuid.UUID, datetime] = {}
        self._thread: threading.Thread | None = None

    @contextmanager
    def keeping(self, *, token: uuid.UUID, until: datetime, clock: Callable[[], datetime]) -> Iterator[None]:
        """Renew the lease of *token* inside of the block, at most until *until*."""
        with self._lock:
            self._until[token] = until
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, args=(clock,), name="leases", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._until.pop(token, None)

    def _run(self, clock: Callable[[], datetime]) -> None:
        pause = threading.Event()
        while True:
            pause.wait(_RENEW_SECONDS)
            now = clock()
            with self._lock:
                tokens = [token for token, until in self._until.items() if now < until]
                if not self._until:
                    self._thread = None
                    return
            try:
                Due.objects.filter(lease_token__in=tokens).update(lease_until=now + KEPT)
            except DatabaseError as error:  # the next round may be in time; else the work is done twice
                logger.warning("leases_not_renewed", error=str(error))
            finally:
                connection.close()


keeper = Keeper()
