"""Work that talks to somebody outside, waited for a bounded time whatever the other side does.

Time-outs of sockets bound each wait, not their sum: a receiver that dribbles, a slow resolver or a library with its
own patience would hold a worker. So the work is done in a thread of its own, which is left behind when it is late.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Generic, TypeVar

T = TypeVar("T")

# Threads that were left behind and still hang, in one process.
HANGING_MAX = 32


class StillRunning(Exception):  # noqa: N818  the state it names
    """The work was not done in time, and goes on where nobody waits for it."""


class TooManyHanging(Exception):  # noqa: N818  the state it names
    """So much earlier work hangs that no more is begun."""


class _Work(Generic[T]):
    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self.done = threading.Event()
        self.value: T
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.value = self._work()
        except BaseException as error:  # handed to whoever waits
            self.error = error
        finally:
            self.done.set()
            _hanging.discard(self)


_hanging: set[_Work[object]] = set()


def within(seconds: float, work: Callable[[], T]) -> T:
    """What *work* returns or raises. Raises StillRunning when it is late, TooManyHanging without beginning it.

    *work* must not touch the database: its thread has no connection, nor anybody to close one.
    """
    if len(_hanging) >= HANGING_MAX:
        raise TooManyHanging(f"{HANGING_MAX} earlier tries still hang")
    running: _Work[T] = _Work(work)
    threading.Thread(target=copy_context().run, args=(running.run,), name="bounded", daemon=True).start()
    if not running.done.wait(seconds):
        _hanging.add(running)  # type: ignore[arg-type]  # only counted
        if not running.done.is_set():
            raise StillRunning(f"not done within {seconds:g} s")
        _hanging.discard(running)
    if running.error is not None:
        raise running.error
    return running.value


def aside(work: Callable[[], object]) -> None:
    """Begin *work* for which nobody waits and whose loss is bearable; none while too much hangs."""
    if len(_hanging) >= HANGING_MAX:
        return
    running: _Work[object] = _Work(work)
    _hanging.add(running)
    threading.Thread(target=copy_context().run, args=(running.run,), name="aside", daemon=True).start()
