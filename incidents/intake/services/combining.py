"""Concurrent requests share a transaction: one sync to disk for all that arrived while the last one ran.

The first of the waiting threads does the work of all of them, each in a savepoint of its own, and commits once. On
SQLite, where one transaction writes at a time, this is what makes a flood cheap; nobody is answered before the commit.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast

from django.db import DatabaseError, transaction

Result = TypeVar("Result")

_BATCH_MAX = 64


class _Job(Generic[Result]):
    """One piece of work, its result or its failure."""

    def __init__(self, work: Callable[[], Result]) -> None:
        self.work = work
        self.is_done = False
        self.result: Result | None = None
        self.failure: BaseException | None = None

    def run(self) -> None:
        """In a savepoint: a failure of this one undoes this one."""
        try:
            with transaction.atomic():
                self.result = self.work()
        except Exception as error:
            self.failure = error

    def fail(self, error: BaseException) -> None:
        self.result, self.failure = None, error

    def outcome(self) -> Result:
        if self.failure is not None:
            raise self.failure
        return cast("Result", self.result)


class Combiner:
    """Call `run` from any thread, outside of a transaction, with work that may be done by another thread."""

    def __init__(self) -> None:
        self._waiting: deque[_Job[Any]] = deque()
        self._turn = threading.Lock()

    def run(self, work: Callable[[], Result]) -> Result:
        """The result of *work* once it is committed; what it raises is raised here, and only its writes are undone."""
        job = _Job(work)
        self._waiting.append(job)
        while not job.is_done:
            with self._turn:
                if not job.is_done:
                    self._do(self._next_batch())
        return job.outcome()

    def _next_batch(self) -> list[_Job[Any]]:
        return [self._waiting.popleft() for _ in range(min(len(self._waiting), _BATCH_MAX))]

    def _do(self, batch: list[_Job[Any]]) -> None:
        try:
            _commit(batch)
        finally:
            for job in batch:
                job.is_done = True


def _commit(batch: list[_Job[Any]]) -> None:
    try:
        with transaction.atomic():
            for job in batch:
                job.failure = None
                job.run()
    except Exception as error:  # the whole transaction is undone: by a deadlock, a full disk, a lost connection
        if len(batch) == 1 or not isinstance(error, DatabaseError):
            for job in batch:
                job.fail(error)
            return
        for job in batch:
            _commit([job])
