"""Standing by for runs with less than half of an agent's memory: the process becomes an agent when a run asks for one.

Reads and writes two tables without models: loading those is what takes the memory.
(tests/chaos/runs/engine/test_standby.py compares the names with the models.)
"""

from __future__ import annotations

import os
import secrets
import socket
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection, transaction

from chaos.injectors.registry import injectors

logger = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0
# An agent that had nothing to do for so long ends.
IDLE_SECONDS = 300.0
_SEEN_SECONDS = 5.0
# An agent takes seconds to load: it is begun before the run's time has come.
_AHEAD = timedelta(seconds=5)
# As chaos.runs.services.leases.FAR.
_FAR = timedelta(seconds=60)
# Of this agent's name and about to begin, or held by nobody, or with a fault that is to be tried again.
_IS_ASKED_FOR = """
    SELECT 1 FROM runs_run WHERE agent = %s AND (
        state = 'ready' OR (state = 'waiting' AND waits_for = '' AND not_before <= %s))
    UNION ALL
    SELECT 1 FROM runs_run WHERE lease_until < %s AND (
        state IN ('starting', 'running', 'undoing') OR (state = 'ended' AND verdict = 'failed_to_undo'))
    UNION ALL
    SELECT 1 FROM runs_run WHERE lease_until > %s AND state IN ('starting', 'running', 'undoing')
    LIMIT 1
"""
_SEEN = "UPDATE runs_agent SET seen_at = %s WHERE instance = %s"
_ENROLL = """
    INSERT INTO runs_agent (name, instance, host, version, kinds, runs_max, started_at, seen_at)
    VALUES (%s, %s, %s, '', %s, %s, %s, %s)
"""
_GONE = "DELETE FROM runs_agent WHERE instance = %s"


class Standby:
    """One agent that has nothing to do."""

    def __init__(self, *, name: str) -> None:
        self._name = name
        self._host = socket.gethostname()[:120]
        self.instance = f"{self._host}/{os.getpid()}-{secrets.token_hex(4)}-standby"
        self._is_over = threading.Event()
        self._seen_at = float("-inf")

    def end(self) -> None:
        """For signal handlers."""
        self._is_over.set()

    def wait(self) -> bool:
        """Until a run asks for an agent (True), or it is told to end (False)."""
        while not self._is_over.wait(LOOK_SECONDS):
            try:
                if time.monotonic() - self._seen_at >= _SEEN_SECONDS:
                    self._sign_in()
                    self._seen_at = time.monotonic()
                if self._is_asked_for():
                    return True
            except DatabaseError as error:
                logger.warning("standby_without_database", error=str(error))
            finally:
                connection.close()
        try:
            with connection.cursor() as cursor:
                cursor.execute(_GONE, [self.instance])
        except DatabaseError as error:
            logger.warning("standby_not_signed_off", error=str(error))
        return False

    def _is_asked_for(self) -> bool:
        now, far = datetime.now(UTC), timedelta(seconds=settings.CHAOS_LEASE_SECONDS) + _FAR
        with connection.cursor() as cursor:
            cursor.execute(_IS_ASKED_FOR, [self._name, _stored(now + _AHEAD), _stored(now), _stored(now + far)])
            return cursor.fetchone() is not None

    def _sign_in(self) -> None:
        now = _stored(datetime.now(UTC))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_SEEN, [now, self.instance])
            if cursor.rowcount:
                return
            kinds = sorted(kind for kind, one in injectors().items() if not one.works_here())
            listed = connection.ops.adapt_json_value(kinds, None)
            values = [self._name, self.instance, self._host, listed, settings.CHAOS_RUNS_MAX, now, now]
            cursor.execute(_ENROLL, values)


def agent_command(*, name: str, instance: str) -> list[str]:
    """Of an agent that stands in for the *instance* that stood by, and stands by again when it is idle."""
    manage = str(settings.BASE_DIR / "manage.py")
    idle = ["--idle", f"{IDLE_SECONDS:g}", "--instead-of", instance]
    return [sys.executable, "-u", manage, "chaos", "agent", f"--name={name}", *idle]


def standby_command() -> list[str]:
    return [sys.executable, "-u", "-m", "reliability.agent"]


def _stored(instant: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(instant)
