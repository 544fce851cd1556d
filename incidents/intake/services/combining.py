"""Concurrent requests share a transaction: one sync to disk for all that arrived while the last one ran.

A thread of its own does the work of all that wait, each in a savepoint of its own, and commits once; nobody is answered
before the commit. On SQLite, where one transaction writes at a time, this is what makes a flood cheap. The thread keeps
its connection while there is work: opening one for each request costs more than the work itself.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast

from django.db import DatabaseError, close_old_connections, connection, transaction

Result = TypeVar("Result")

_BATCH_MAX = 64
_IDLE_SECONDS = 0.5  # then its connection is given back


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
        while True:
            batch = self._next_batch()
            try:
                _commit(batch)
            finally:
                for job in batch:
                    job.done.set()

    def _next_batch(self) -> list[_Job[Any]]:
        """What waits, at least one; while nothing comes the connection is given back."""
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


def _commit(batch: list[_Job[Any]]) -> None:
    try:
        close_old_connections()  # one that broke, such as by a restart of the database
        with transaction.atomic():
            for job in batch:
                job.run()
    except Exception as error:  # the whole transaction is undone: by a deadlock, a full disk, a lost connection
        if len(batch) == 1 or not isinstance(error, DatabaseError):
            for job in batch:
                job.result, job.failure = None, error
            return
        for job in batch:
            _commit([job])
