"""Connections that the threads of an agent lend each other.

An agent has more threads than connections, so each gives its one back after a piece of work. On PostgreSQL it goes to
the pool of the process. SQLite has none, and reads the whole schema when it is opened: ten times as long as most of
what is then written. So a few are kept open here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

# Each may come to hold as much of the database in memory as its cache_size allows.
_KEPT_MAX = 4
_kept: deque[BaseDatabaseWrapper] = deque()


@contextmanager
def lent() -> Iterator[None]:
    """The thread works with a connection that is given back at the end; one that something went wrong with is closed.

    Nobody waits for one: when none is kept another is opened.
    """
    own = connections[DEFAULT_DB_ALIAS]
    if own.vendor != "sqlite":
        try:
            yield
        finally:
            own.close()
        return
    one = _one()
    connections[DEFAULT_DB_ALIAS] = one
    is_well = False
    try:
        yield
        is_well = True
    finally:
        connections[DEFAULT_DB_ALIAS] = own
        if is_well and len(_kept) < _KEPT_MAX:
            _kept.append(one)
        else:
            one.close()


def close_kept() -> None:
    """Those that nobody has."""
    while _kept:
        _kept.pop().close()


def _one() -> BaseDatabaseWrapper:
    try:
        return _kept.pop()  # the one that was used last
    except IndexError:
        one = connections.create_connection(DEFAULT_DB_ALIAS)
        one.inc_thread_sharing()  # it goes from thread to thread, and is one thread's at a time
        return one
