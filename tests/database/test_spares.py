"""Connections to SQLite that are kept: used again by whoever comes next, as good as new ones."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.db.transaction import Atomic

from reliability.database import spares as module
from reliability.database.spares import spares
from reliability.database.sqlite3.base import DatabaseWrapper
from tests.database.files import open_wrapper

pytestmark = pytest.mark.django_db  # for the files of their own, too: without it no connection may be opened

_FORKING = """
import os, sys

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django

django.setup()
from reliability.database.spares import spares
from tests.database.files import open_wrapper

wrapper, used = open_wrapper(sys.argv[1]), open_wrapper(sys.argv[1])
wrapper.ensure_connection()
used.ensure_connection()
wrapper.close()
assert len(spares) == 1
child = os.fork()
if not child:
    is_well = len(spares) == 0
    used.close()
    is_well = is_well and len(spares) == 0
    with open_wrapper(sys.argv[1]).cursor() as cursor:
        cursor.execute("INSERT INTO entry VALUES (1)")
    os._exit(0 if is_well else 1)
assert os.waitpid(child, 0)[1] == 0
with wrapper.cursor() as cursor:
    print(cursor.execute("SELECT count(*) FROM entry").fetchone()[0], len(spares))
"""


@pytest.fixture(autouse=True)
def _none_kept() -> Iterator[None]:
    spares.close_all()
    yield
    spares.close_all()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "spares.sqlite3"
    make(path)
    return path


def make(path: Path, rows: int = 3) -> None:
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE entry (number INTEGER)")
        made.executemany("INSERT INTO entry VALUES (?)", [(number,) for number in range(rows)])


def raw(wrapper: DatabaseWrapper) -> Any:
    wrapper.ensure_connection()
    return wrapper.connection


def count(wrapper: DatabaseWrapper) -> int:
    with wrapper.cursor() as cursor:
        return int(cursor.execute("SELECT count(*) FROM entry").fetchone()[0])


def add(wrapper: DatabaseWrapper) -> None:
    with wrapper.cursor() as cursor:
        cursor.execute("INSERT INTO entry VALUES (9)")


def is_closed(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except sqlite3.ProgrammingError:
        return True
    return False


def test_the_next_of_any_thread_gets_what_was_closed_last(file: Path) -> None:
    first, second = open_wrapper(file), open_wrapper(file)
    kept = [raw(first), raw(second)]
    first.close()
    second.close()
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(raw(open_wrapper(file))))
    thread.start()
    thread.join(20)
    assert found == [kept[1]]
    third = open_wrapper(file)
    assert (raw(third), count(third)) == (kept[0], 3)
    third.close()


def test_a_query_that_was_not_read_to_its_end_does_not_hold_an_old_view(file: Path) -> None:
    one, other = open_wrapper(file), open_wrapper(file)
    cursor = one.cursor()
    cursor.execute("SELECT number FROM entry")
    assert cursor.fetchone() == (0,)
    one.close()
    add(other)
    again = open_wrapper(file)
    assert again.connection is None
    assert count(again) == 4
    add(again)  # from an old view it would be refused as busy
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        cursor.cursor.fetchone()
    again.close()
    other.close()


def test_one_with_an_error_or_an_open_transaction_is_closed(file: Path) -> None:
    broken = open_wrapper(file)
    former = raw(broken)
    with pytest.raises(OperationalError), broken.cursor() as cursor:
        cursor.execute("SELECT * FROM absent")
    broken.close()
    assert is_closed(former)
    begun = open_wrapper(file)
    former = raw(begun)
    with begun.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        cursor.execute("INSERT INTO entry VALUES (4)")
    begun.close()
    assert (is_closed(former), len(spares)) == (True, 0)
    later = open_wrapper(file)
    assert count(later) == 3
    later.close()


def test_one_closed_within_a_transaction_is_nobodys_any_more(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrapper = open_wrapper(file)
    monkeypatch.setattr(transaction, "get_connection", lambda using=None: wrapper)

    def break_off() -> None:
        with Atomic("spares", savepoint=True, durable=False):
            add(wrapper)
            wrapper.close()
            count(wrapper)

    with pytest.raises(Exception, match="closed database"):
        break_off()
    assert len(spares) == 0
    later = open_wrapper(file)
    assert count(later) == 3
    later.close()


def test_another_file_of_the_same_name_is_another_database(file: Path) -> None:
    wrapper = open_wrapper(file)
    former = raw(wrapper)
    wrapper.close()
    other = file.with_name("other.sqlite3")
    make(other, rows=7)
    other.replace(file)
    assert count(wrapper) == 7
    assert is_closed(former)
    wrapper.close()


def test_foreign_keys_that_were_left_unchecked_are_checked_again(file: Path) -> None:
    wrapper = open_wrapper(file)
    wrapper.disable_constraint_checking()
    former = raw(wrapper)
    wrapper.close()
    assert raw(wrapper) is former
    assert former.execute("PRAGMA foreign_keys").fetchone() == (1,)
    wrapper.close()


def test_other_options_and_other_files_have_connections_of_their_own(file: Path, tmp_path: Path) -> None:
    make(tmp_path / "second.sqlite3")
    wrappers = [open_wrapper(file), open_wrapper(file, timeout=7), open_wrapper(tmp_path / "second.sqlite3")]
    kept = [raw(wrapper) for wrapper in wrappers]
    for wrapper in wrappers:
        wrapper.close()
    assert [raw(wrapper) for wrapper in wrappers] == kept
    for wrapper in wrappers:
        wrapper.close()


def test_few_are_kept_and_the_oldest_goes_first(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SPARES_MAX", 2)
    wrappers = [open_wrapper(file) for _ in range(4)]
    connections = [raw(wrapper) for wrapper in wrappers]
    for wrapper in wrappers:
        wrapper.close()
    assert [is_closed(connection) for connection in connections] == [True, True, False, False]


def test_threads_that_come_and_go_share_them_and_lose_nothing(file: Path) -> None:
    problems: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(50):
                wrapper = open_wrapper(file)
                add(wrapper)
                wrapper.close()
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not problems
    last = open_wrapper(file)
    assert count(last) == 3 + 8 * 50
    last.close()


def test_a_fork_leaves_them_to_its_parent(file: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _FORKING, str(file)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.returncode, ran.stdout.strip()) == (0, "4 0"), ran.stderr
