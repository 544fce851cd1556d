"""Open connections to SQLite files that nobody uses just now, for whoever in this process needs one next.

SQLite reads the whole schema when it is opened: some 4 ms of a processor, more than most requests and pieces of due
work need of the database, and Django closes its connection after each of them. On PostgreSQL Django's pool keeps them;
this is as much of one as SQLite needs: nobody waits for a connection, and one more than are kept is closed.
"""

from __future__ import annotations

import atexit
import os
import sqlite3
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from reliability.database.turns import Turns

SPARES_MAX = 4


class File(NamedTuple):
    """Which file it is, whatever its name."""

    device: int
    number: int

    @classmethod
    def at(cls, path: str) -> File | None:
        """None: there is none."""
        try:
            status = Path(path).stat()
        except OSError:
            return None
        return cls(status.st_dev, status.st_ino)


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection to *file*, with the turns of its own that it takes. process: the id of that which opened it."""

    connection: sqlite3.Connection
    turns: Turns | None
    file: File | None
    process: int

    def close(self) -> None:
        self.connection.close()
        if self.turns is not None:
            self.turns.close()


class Spares:
    """Each belongs to a key, which holds everything it was opened with. Used by many threads at once."""

    def __init__(self) -> None:
        self._kept: deque[tuple[str, Opened]] = deque()

    def __len__(self) -> int:
        return len(self._kept)

    def take(self, key: str, *, path: str) -> Opened | None:
        """The one that was given last, while *path* still names its file; those of another file are closed."""
        others: list[tuple[str, Opened]] = []
        found = None
        with suppress(IndexError):
            while found is None:
                own, opened = self._kept.pop()
                if own != key:
                    others.append((own, opened))
                elif opened.file is not None and opened.file == File.at(path):
                    found = opened
                else:
                    opened.close()
        self._kept.extend(reversed(others))
        return found

    def give(self, key: str, opened: Opened) -> None:
        """Keep it or close it. Nothing of it may be under way: no transaction, no cursor."""
        opened.connection.execute("PRAGMA shrink_memory")  # what it read of the database; the schema stays
        self._kept.append((key, opened))
        if len(self._kept) > SPARES_MAX:
            with suppress(IndexError):
                self._kept.popleft()[1].close()

    def close_all(self) -> None:
        with suppress(IndexError):
            while True:
                self._kept.popleft()[1].close()

    def _leave_to_parent(self) -> None:
        """SQLite's connections must not be used on the other side of a fork, and these need no closing there.

        One that was in use is closed there by Django's and Celery's own clean-up, as it ever was, and never kept.
        """
        _of_parents.append(self._kept)
        self._kept = deque()


spares = Spares()
_of_parents: list[deque[tuple[str, Opened]]] = []
atexit.register(spares.close_all)
os.register_at_fork(after_in_child=spares._leave_to_parent)
