"""Concurrent requests share a transaction: one sync to disk for all that arrived while the last one ran.

A thread of its own does the work of all that wait, each in a savepoint of its own, and commits once; nobody is answered
before the commit. On SQLite, where one transaction writes at a time, this is what makes a flood cheap; a batch ends
early there when somebody else waits to write, such as a worker with a page. The thread keeps its connection while there
is work: opening one for each request costs more than the work itself.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar, cast

from django.db import DatabaseError, close_old_connections, connection, transaction

from reliability.database.turns import does_anybody_wait

Result = TypeVar("Result")

_BATCH_MAX = 64
_IDLE_SECONDS = 0.5  # then its connection is given back
_SECONDS_WHILE_OTHERS_WAIT = 0.01

_shared = threading.local()


def remembered(key: Hashable, look: Callable[[], Result]) -> Result:
    """What *look* returns; of those that share a transaction only the first looks. Forgotten when one of them fails."""
    found: dict[Hashable, Any] | None = getattr(_shared, "found", None)
    if found is None:
        return look()
    if key not in found:
        found[key] = look()
    return cast("Result", found[key])


class _Job(Generic[Result]):
    """One piece of work, its result or its failure."""

    def __init__(self, work: Callable[[], Result]) -> None:
        self.work = work
        self.done = threading.Event()
        self.result: Result | None = None
        self.failure: BaseException | None = None

    def run(self) -> None:
        """In a savepoint: a failure of this one undoes this one."""
        self.result = self.failure = None
        try:
            with transaction.atomic():
                self.result = self.work()
        except Exception as error:
            self.failure = error
            if getattr(_shared, "found", None):
                _shared.found = {}  # it may hold what was undone

    def outcome(self) -> Result:
        if self.failure is not None:
            raise self.failure
        return cast("Result", self.result)


class Combiner:
    """Call `run` from any thread. Within a transaction the work is a part of it, and done at once."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[_Job[Any]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def run(self, work: Callable[[], Result]) -> Result:
        """The result of *work* once it is committed; what it raises is raised here, and only its writes are undone."""
        job = _Job(work)
        if connection.in_atomic_block:
            job.run()
            return job.outcome()
        self._waiting.put(job)
        thread = self._thread
        if thread is None or not thread.is_alive():  # none yet, or this process is a fork of the one that had it
            self._start()
        job.done.wait()
        return job.outcome()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="intake", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        batch: list[_Job[Any]] = []
        while True:
            batch = self._filled_up(batch)
            count = len(batch)
            try:
                count = _commit(batch)
            finally:
                for job in batch[:count]:
                    job.done.set()
            batch = batch[count:]

    def _filled_up(self, batch: list[_Job[Any]]) -> list[_Job[Any]]:
        """*batch* and what waits, at least one; while nothing comes the connection is given back."""
        if not batch:
            try:
                batch = [self._waiting.get(timeout=_IDLE_SECONDS)]
            except queue.Empty:
                connection.close()
                batch = [self._waiting.get()]
        while len(batch) < _BATCH_MAX:
            try:
                batch.append(self._waiting.get_nowait())
            except queue.Empty:
                break
        return batch


def _commit(batch: list[_Job[Any]]) -> int:
    """How many of the batch, from its beginning, are done."""
    try:
        _leave_broken_connection()
        with transaction.atomic():
            return _run(batch)
    except Exception as error:  # the whole transaction is undone: by a deadlock, a full disk, a lost connection
        if len(batch) == 1 or not isinstance(error, DatabaseError):
            for job in batch:
                job.result, job.failure = None, error
        else:
            for job in batch:
                _commit([job])
        return len(batch)


def _leave_broken_connection() -> None:
    """Such as by a restart of the database. SQLite has no server; to open a file anew costs more than an alert."""
    if connection.vendor != "sqlite":
        close_old_connections()


def _run(batch: list[_Job[Any]]) -> int:
    began = time.monotonic()
    _shared.found = {}
    try:
        for count, job in enumerate(batch, start=1):
            job.run()
            if time.monotonic() - began > _SECONDS_WHILE_OTHERS_WAIT and does_anybody_wait(connection):
                return count
    finally:
        _shared.found = None
    return len(batch)
