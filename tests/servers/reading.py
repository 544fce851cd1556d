"""What stands in a product's database, read past Django: the product is another process."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import psycopg


class Reader:
    """It keeps its connection: to open one costs more than to read, and who waits reads ten times a second.

    address: of a PostgreSQL database; else the file is read.
    """

    def __init__(self, path: Path, *, address: str = "") -> None:
        self._path, self._address = path, address
        self._file: sqlite3.Connection | None = None
        self._server: psycopg.Connection[Any] | None = None

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Parameters are written as %s."""
        if self._address.startswith("postgres"):
            return self._of_the_server(statement, values)
        if self._file is None:
            self._file = sqlite3.connect(self._path, timeout=20)
        found: list[tuple[Any, ...]] = self._file.execute(statement.replace("%s", "?"), values).fetchall()
        return found

    def _of_the_server(self, statement: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        try:
            return self._connected().execute(statement.encode(), values or None).fetchall()
        except psycopg.OperationalError:  # it has died, and may be back
            self.close()
            return self._connected().execute(statement.encode(), values or None).fetchall()

    def _connected(self) -> psycopg.Connection[Any]:
        if self._server is None:
            self._server = psycopg.connect(self._address, autocommit=True)
        return self._server

    def close(self) -> None:
        """The next question opens another connection."""
        for connection in (self._file, self._server):
            if connection is not None:
                connection.close()
        self._file, self._server = None, None
