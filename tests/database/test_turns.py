"""Turns: whoever waits to write gets in between others' transactions; nobody waits longer than configured."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test.utils import CaptureQueriesContext

from reliability.database.sqlite3.base import DatabaseWrapper
from reliability.database.turns import SUFFIX, Turns, does_anybody_wait
from tests.database.files import open_wrapper

pytestmark = pytest.mark.django_db  # for the files of their own, too: without it no connection may be opened
Open = Callable[..., DatabaseWrapper]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "turns.sqlite3"
    with closing(sqlite3.connect(path)) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE entry (writer TEXT)")
    return path


@pytest.fixture
def open_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """A connection of the product's backend to a file; `timeout` in seconds."""
    opened: list[DatabaseWrapper] = []

    def make(path: Path | str, *, timeout: float = 20) -> DatabaseWrapper:
        wrapper = open_wrapper(path, timeout=timeout)
        opened.append(wrapper)
        return wrapper

    yield make
    for wrapper in opened:
        wrapper.close()


def insert(wrapper: BaseDatabaseWrapper, writer: str) -> None:
    with wrapper.cursor() as cursor:
        cursor.execute("INSERT INTO entry VALUES (%s)", [writer])


def written(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return [writer for (writer,) in database.execute("SELECT writer FROM entry ORDER BY rowid")]


def in_transaction(wrapper: DatabaseWrapper, work: Callable[[], object]) -> None:
    wrapper.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    work()
    wrapper.commit()
    wrapper.set_autocommit(True)


def hog(wrapper: DatabaseWrapper, *, until: threading.Event) -> None:
    """One transaction right after the other, each of 20 ms."""

    def work() -> None:
        insert(wrapper, "hog")
        time.sleep(0.02)

    while not until.is_set():
        in_transaction(wrapper, work)
    wrapper.close()


def test_whoever_waits_gets_in_between_the_transactions_of_one_that_never_pauses(file: Path, open_at: Open) -> None:
    over = threading.Event()
    hogging = threading.Thread(target=hog, args=(open_at(file),), kwargs={"until": over})
    hogging.start()
    other = open_at(file)
    try:
        for _ in range(10):
            in_transaction(other, lambda: insert(other, "other"))
            insert(other, "alone")  # a statement outside of a transaction takes its turn, too
    finally:
        over.set()
        hogging.join()
    entries = written(file)
    assert (entries.count("other"), entries.count("alone")) == (10, 10)
    # With the stock backend some fifty transactions of the hog pass by each of them. A busy machine may cost a turn.
    assert entries[: entries.index("alone")].count("hog") < 20
    assert entries[: len(entries) - entries[::-1].index("alone")].count("hog") < 100


def test_whoever_gets_no_turn_in_time_is_told_that_the_database_is_locked(file: Path, open_at: Open) -> None:
    holder, waiter = open_at(file), open_at(file, timeout=0.3)
    holder.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    began = time.monotonic()
    with pytest.raises(OperationalError, match="database is locked"):
        insert(waiter, "late")
    assert 0.3 <= time.monotonic() - began < 5
    holder.commit()
    holder.set_autocommit(True)
    insert(waiter, "in time")
    assert written(file) == ["in time"]


def test_who_waits_is_seen_until_its_turn(file: Path, open_at: Open) -> None:
    holder, waiter = open_at(file), open_at(file)
    holder.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    assert not does_anybody_wait(holder)
    waiting = threading.Thread(target=insert, args=(waiter, "waiter"))
    waiting.start()
    deadline = time.monotonic() + 10
    while not does_anybody_wait(holder) and time.monotonic() < deadline:
        time.sleep(0.001)
    assert does_anybody_wait(holder)
    holder.commit()
    holder.set_autocommit(True)
    waiting.join()
    assert not does_anybody_wait(holder)


def test_the_dead_do_not_wait(file: Path) -> None:
    mark = f"{file}{SUFFIX}"
    script = (
        f"import fcntl, time; f = open({mark!r}, 'w'); fcntl.flock(f, fcntl.LOCK_SH)\n"
        "print(1, flush=True); time.sleep(60)"
    )
    turns = Turns.at(file)
    assert turns is not None
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert turns.does_anybody_wait()
        process.kill()
    assert not turns.does_anybody_wait()
    turns.close()


def test_other_errors_are_raised_at_once(file: Path, open_at: Open) -> None:
    began = time.monotonic()
    with pytest.raises(OperationalError, match="no such table"), open_at(file).cursor() as cursor:
        cursor.execute("INSERT INTO absent VALUES (1)")
    assert time.monotonic() - began < 5


def test_a_wait_of_any_length_is_one_query(file: Path, open_at: Open) -> None:
    holder, waiter = open_at(file), open_at(file)
    holder.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)

    def end() -> None:
        holder.commit()
        holder.set_autocommit(True)

    release = threading.Timer(0.1, end)
    release.start()
    with CaptureQueriesContext(waiter) as captured:
        insert(waiter, "waiter")
    release.join()
    assert len(captured) == 1


def test_a_database_in_memory_or_in_a_directory_that_takes_no_file_waits_as_sqlite_does(
    open_at: Open, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (Path(f"{file}{SUFFIX}")).mkdir()  # no file can be opened there, whoever runs the test
    for name in (":memory:", file):
        wrapper = open_at(name)
        wrapper.ensure_connection()
        assert wrapper.turns is None
        with wrapper.cursor() as cursor:
            cursor.execute("CREATE TABLE plain (writer TEXT)")
            cursor.execute("INSERT INTO plain VALUES ('one')")
            assert cursor.execute("SELECT count(*) FROM plain").fetchone() == (1,)
        assert not does_anybody_wait(wrapper)


def test_the_product_uses_it_on_sqlite() -> None:
    connection = transaction.get_connection()
    if connection.vendor == "sqlite":
        assert connection.turns is not None
    else:
        assert not does_anybody_wait(connection)
