"""Fault 12: the same webhook a thousand times at once is one row; concurrent requests share a transaction."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test import Client

from incidents.intake.services.combining import Combiner, remembered
from incidents.response.models import Alert, Incident
from reliability.access.models import Team
from tests.intake.conftest import KEY, Make, recorded

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = 1_000
AT_ONCE = 24


def test_the_same_webhook_a_thousand_times_at_once_is_one_row(integrate: Make) -> None:
    integrate("alertmanager")
    body = recorded("alertmanager", "good-truncated")
    start = threading.Barrier(AT_ONCE)

    def post(number: int) -> int:
        try:
            if number < AT_ONCE:
                start.wait(timeout=30)
            answer = Client().post(f"/intake/{KEY}/alertmanager", body, content_type="application/json")
            return int(answer.status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = set(pool.map(post, range(TIMES)))
    assert statuses == {200}
    assert Alert.objects.get().times_seen == TIMES
    assert Incident.objects.count() == 1


def together(combiner: Combiner, *works: Callable[[], Any]) -> list[Any]:
    """Run all of them as one batch: a first one is in hand until the others wait."""
    begun, waiting = threading.Event(), threading.Event()

    def first() -> None:
        begun.set()
        waiting.wait(timeout=10)

    def outcome(work: Callable[[], Any]) -> Any:
        try:
            return combiner.run(work)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works) + 1) as pool:
        pool.submit(outcome, first)
        assert begun.wait(timeout=10)
        futures = [pool.submit(outcome, works[0])]
        for number, work in enumerate(works[1:], start=1):
            _await(combiner, number)
            futures.append(pool.submit(outcome, work))
        _await(combiner, len(works))
        waiting.set()
        return [future.result(timeout=30) for future in futures]


def _await(combiner: Combiner, waiting: int) -> None:
    deadline = time.monotonic() + 10
    while combiner._waiting.qsize() < waiting:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_is_looked_up_is_looked_up_once_by_all_that_share_a_transaction() -> None:
    looks: list[int] = []

    def look() -> int:
        looks.append(1)
        return len(looks)

    def work() -> int:
        return remembered("key", look)

    combiner = Combiner()
    assert together(combiner, work, work, work) == [1, 1, 1]
    assert together(combiner, work, work) == [2, 2]  # anew in the next transaction
    assert (work(), work()) == (3, 4)  # outside of one each looks


def test_what_a_failed_one_looked_up_or_wrote_is_not_remembered() -> None:
    def failing() -> None:
        remembered("teams", lambda: Team.objects.create(slug="lost", name="Lost"))
        raise ValueError("no")

    def count() -> int:
        return remembered("teams", Team.objects.count)

    assert together(Combiner(), make("a"), failing, count)[2] == 1


@pytest.mark.parametrize(("do_others_wait", "commits"), [(True, 3), (False, 1)])
def test_a_batch_ends_early_while_others_wait_to_write(
    monkeypatch: pytest.MonkeyPatch, do_others_wait: bool, commits: int
) -> None:
    monkeypatch.setattr("incidents.intake.services.combining._SECONDS_WHILE_OTHERS_WAIT", 0.0)
    seen: list[set[str]] = []

    def work(slug: str) -> Callable[[], str]:
        def run() -> str:
            transaction.on_commit(lambda: seen.append(set(Team.objects.values_list("slug", flat=True))))
            return make(slug)()

        return run

    monkeypatch.setattr("incidents.intake.services.combining.does_anybody_wait", lambda _: do_others_wait)
    assert together(Combiner(), work("a"), work("b"), work("c")) == ["a", "b", "c"]
    early = [{"a"}, {"a", "b"}, {"a", "b", "c"}]
    assert seen == (early if commits == 3 else [{"a", "b", "c"}] * 3)


def make(slug: str) -> Callable[[], str]:
    def work() -> str:
        Team.objects.create(slug=slug, name=slug)
        return slug

    return work


def test_each_gets_its_own_result() -> None:
    assert together(Combiner(), make("a"), make("b"), make("c")) == ["a", "b", "c"]
    assert Team.objects.count() == 3


def test_a_failure_undoes_only_its_own_writes() -> None:
    def failing() -> None:
        Team.objects.create(slug="lost", name="Lost")
        raise ValueError("no")

    results = together(Combiner(), make("a"), failing, make("b"))
    assert (results[0], str(results[1]), results[2]) == ("a", "no", "b")
    assert set(Team.objects.values_list("slug", flat=True)) == {"a", "b"}


def test_a_database_that_is_away_is_told_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("the database is away")

    combiner = Combiner()
    with monkeypatch.context() as patch:
        patch.setattr("incidents.intake.services.combining._leave_broken_connection", away)
        with pytest.raises(OperationalError, match="away"):
            combiner.run(make("a"))
    assert combiner.run(make("a")) == "a"


def test_a_commit_that_fails_is_tried_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """As by a deadlock: what was done together is undone together, and then done alone."""
    sqlite_or_postgres: Any = type(connections["default"])
    commit = sqlite_or_postgres._commit
    failures: list[int] = []

    def flaky(wrapper: Any) -> Any:
        if not failures and Team.objects.count() == 2:
            failures.append(2)
            raise OperationalError("deadlock detected")
        return commit(wrapper)

    monkeypatch.setattr(sqlite_or_postgres, "_commit", flaky)
    results = together(Combiner(), make("a"), make("b"))
    assert failures == [2], "the commit of both failed"
    assert results == ["a", "b"]
    assert set(Team.objects.values_list("slug", flat=True)) == {"a", "b"}
