"""Django's SQLite backend with writers that take turns, as the ENGINE `reliability.database.sqlite3`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from django.db.backends.sqlite3 import base

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

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        self._seconds_max = float(conn_params.get("timeout", _DEFAULT_TIMEOUT_SECONDS))
        name = str(conn_params["database"])
        self.turns = None if self.is_in_memory_db() or name.startswith("file:") else Turns.at(Path(name))
        return connection

    def create_cursor(self, name: str | None = None) -> TurnTakingCursor:
        cursor: TurnTakingCursor = self.connection.cursor(factory=TurnTakingCursor)
        cursor.turns, cursor.seconds_max = self.turns, self._seconds_max
        return cursor

    def _close(self) -> None:
        super()._close()  # type: ignore[misc]  # the stubs leave it out
        if self.turns is not None:
            self.turns.close()
            self.turns = None


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
