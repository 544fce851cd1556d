"""Django's SQLite backend with writers that take turns and connections that are used again.

It is the ENGINE `reliability.database.sqlite3`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from weakref import WeakSet

from django.db.backends.sqlite3 import base

from reliability.database.spares import File, Opened, spares
from reliability.database.turns import Turns

# Statements that take SQLite's one write lock, outside of a transaction.
_WRITES = ("BEGIN IMMEDIATE", "BEGIN EXCLUSIVE", "INSERT ", "UPDATE ", "DELETE ", "REPLACE ")
_DEFAULT_TIMEOUT_SECONDS = 5.0  # Python's own


class TurnTakingCursor(base.SQLiteCursorWrapper):
    """turns: None where there is nobody to wait for."""

    turns: Turns | None = None
    seconds_max = _DEFAULT_TIMEOUT_SECONDS

    def execute(self, query: str, params: Any = None) -> Self:
        execute = super().execute
        if self.turns is None or self.connection.in_transaction or not query.startswith(_WRITES):
            execute(query, params)
            return self
        with _without_patience(self.connection, seconds=self.seconds_max):
            self.turns.take(lambda: execute(query, params), is_busy=_is_busy, seconds=self.seconds_max)
        return self


class DatabaseWrapper(base.DatabaseWrapper):
    """turns: of the open connection; None in memory, and where no file can be made beside the database."""

    turns: Turns | None = None
    _seconds_max = _DEFAULT_TIMEOUT_SECONDS
    _opened: Opened | None = None
    _key = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._cursors: WeakSet[TurnTakingCursor] = WeakSet()

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        """One that is kept, or a new one."""
        self._seconds_max = float(conn_params.get("timeout", _DEFAULT_TIMEOUT_SECONDS))
        name = str(conn_params["database"])
        if self.is_in_memory_db() or name.startswith("file:"):
            return self._new(conn_params)
        self._key = f"{conn_params!r} {self.settings_dict['OPTIONS'].get('init_command')}"
        self._opened = spares.take(self._key, path=name)
        if self._opened is None:
            self._opened = Opened(self._new(conn_params), Turns.at(Path(name)), File.at(name), os.getpid())
        else:
            # A migration that broke off may have left it otherwise.
            self._opened.connection.execute("PRAGMA foreign_keys = ON")
        self.turns = self._opened.turns
        return self._opened.connection

    def _new(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        return connection

    def create_cursor(self, name: str | None = None) -> TurnTakingCursor:
        cursor: TurnTakingCursor = self.connection.cursor(factory=TurnTakingCursor)
        cursor.turns, cursor.seconds_max = self.turns, self._seconds_max
        self._cursors.add(cursor)
        return cursor

    def _close(self) -> None:
        """Kept for others, unless something went wrong with it, is under way, or it is of the process before a fork."""
        opened, self._opened, self.turns = self._opened, None, None
        if opened is None:
            super()._close()  # type: ignore[misc]  # the stubs leave it out
        elif self._is_as_new(opened):
            # A query that was not read to its end would hold its view of the database, and writes with it.
            for cursor in list(self._cursors):
                cursor.close()
            spares.give(self._key, opened)
        else:
            opened.close()
        self._cursors.clear()

    def _is_as_new(self, opened: Opened) -> bool:
        is_own = opened.process == os.getpid()
        return is_own and not (self.in_atomic_block or self.errors_occurred or opened.connection.in_transaction)


@contextmanager
def _without_patience(connection: sqlite3.Connection, *, seconds: float) -> Iterator[None]:
    """SQLite answers at once that it is busy. Otherwise it waits on its own, as for readers while a log is rebuilt."""
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")


def _is_busy(error: Exception) -> bool:
    # The last byte: SQLite tells in the others why it is busy.
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
