"""Connections of an agent's threads: kept where opening one is dear, closed where something went wrong."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from chaos.runs.supervision import connecting
from chaos.runs.supervision.connecting import close_kept, lent

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="there the process has a pool"),
]


@pytest.fixture(autouse=True)
def _none_kept() -> Iterator[None]:
    close_kept()
    yield
    close_kept()


def in_a_thread(work: Callable[[], Any]) -> Any:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join(20)
    return found[0]


def opened() -> Any:
    connection.ensure_connection()
    return connection.connection


def used() -> Any:
    with lent():
        return opened()


def test_threads_use_one_after_the_other_what_is_open() -> None:
    assert in_a_thread(used) is in_a_thread(used)


def test_two_at_once_have_two_and_so_has_who_asks_within() -> None:
    with lent():
        first = opened()
        assert opened() is first
        with lent():
            assert opened() is not first
        assert opened() is first
        assert in_a_thread(used) is not first


def test_one_that_something_went_wrong_with_is_not_used_again() -> None:
    found: list[Any] = []

    def broken() -> None:
        with lent(), transaction.atomic(), connection.cursor() as cursor:
            found.append(opened())
            cursor.execute("SELECT * FROM absent")

    def noticed() -> None:
        with pytest.raises(OperationalError):
            broken()

    in_a_thread(noticed)
    assert in_a_thread(used) is not found[0]
    with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
        found[0].execute("SELECT 1")


def test_no_more_are_kept_than_a_few_threads_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "_KEPT_MAX", 2)
    all_here = threading.Barrier(4)

    def held() -> None:
        with lent():
            opened()
            all_here.wait(20)

    threads = [threading.Thread(target=held) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(connecting._kept) == 2
    close_kept()
    assert not connecting._kept
