"""Callables that run at the same instant, each with a database connection of its own.

SQLite's test database lives in memory, where connections share one cache and cannot wait for each other as they do
in a file: the race is run on a copy in a file.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.db import connection, connections

from reliability.access.models import AuditEntry
from reliability.access.services import audit

LINGER_SECONDS = 0.2


class Race(Protocol):
    """Results or exceptions, in the order of the callables."""

    def __call__(self, *calls: Callable[[], Any]) -> list[Any]: ...


@pytest.fixture
def race(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Race]:
    """Runs the callables on what the test has written so far; look at the outcome by `race(…)`, too.

    Every write lingers before it commits, so that those who do not wait for each other surely meet.
    """
    recorded = audit.record

    def record_and_linger(**fields: Any) -> AuditEntry:
        entry = recorded(**fields)
        time.sleep(LINGER_SECONDS)
        return entry

    monkeypatch.setattr(audit, "record", record_and_linger)
    settings: dict[str, Any] = connections.settings["default"]
    name = settings["NAME"]
    path = tmp_path / "race.sqlite3"

    def run(*calls: Callable[[], Any]) -> list[Any]:
        if connection.vendor == "sqlite" and not path.exists():
            _copy_to(path)
            settings["NAME"] = str(path)
        return _run(*calls)

    try:
        yield run
    finally:
        settings["NAME"] = name


def _copy_to(path: Path) -> None:
    connection.ensure_connection()
    copy = sqlite3.connect(path)
    connection.connection.backup(copy)
    copy.close()


def _run(*calls: Callable[[], Any]) -> list[Any]:
    results: list[Any] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(index: int, call: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            start.wait(timeout=10)
            results[index] = call()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results
