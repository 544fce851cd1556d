"""Runs: a claimed row is moved, deleted or kept with its error, and only by who holds it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest

from reliability.outbox.models import Due
from reliability.outbox.services.claims import Bounds, claim
from reliability.outbox.services.due import cancel, schedule
from reliability.outbox.services.runs import STRETCH, Outcome, run
from tests.outbox.conftest import Register

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


class Clock:
    """Moves on by one step at each reading."""

    def __init__(self, at: datetime, step: timedelta = timedelta()) -> None:
        self.at, self.step = at, step

    def __call__(self) -> datetime:
        self.at += self.step
        return self.at


def run_claimed(now: datetime, clock: Clock | None = None) -> Outcome:
    (claimed,) = claim(now=now, bounds=Bounds(waiting=9, batch=9, slots=9))
    return run(due_id=claimed.due_id, token=claimed.token, owner="worker@test", clock=clock or Clock(now))


def test_work_that_is_done_leaves_no_row(now: datetime, handler: Register) -> None:
    calls = handler("test.done")
    schedule(kind="test.done", key="k", due_at=now, payload={"a": 1})
    assert run_claimed(now) is Outcome.DONE
    assert calls == [("k", {"a": 1})]
    assert not Due.objects.filter(kind="test.done").exists()


def test_work_that_names_its_next_instant_is_moved_there(now: datetime, handler: Register) -> None:
    handler("test.moved", lambda now: now + 60 * SECOND)
    schedule(kind="test.moved", key="k", due_at=now)
    assert run_claimed(now) is Outcome.MOVED
    row = Due.objects.get(kind="test.moved")
    assert (row.due_at, row.lease_token, row.attempts, row.begun_at) == (now + 60 * SECOND, None, 0, None)


def test_a_failure_keeps_the_row_with_its_error_and_pauses_longer_each_time(now: datetime, handler: Register) -> None:
    def fail(now: datetime) -> datetime | None:
        raise ValueError("the source is down")

    calls = handler("test.failing", fail)
    schedule(kind="test.failing", key="k", due_at=now)
    pauses = []
    for _ in range(3):
        assert run_claimed(now) is Outcome.FAILED
        row = Due.objects.get(kind="test.failing")
        pauses.append((row.due_at - now).total_seconds())
        now = row.due_at
    assert pauses == [5, 10, 20]
    assert (row.attempts, row.last_error) == (3, "ValueError: the source is down")
    assert len(calls) == 3


def test_a_success_forgets_the_failures_before_it(now: datetime, handler: Register) -> None:
    handler("test.moved", lambda now: now + SECOND)
    schedule(kind="test.moved", key="k", due_at=now)
    Due.objects.update(attempts=4, last_error="old", last_error_at=now)
    run_claimed(now)
    row = Due.objects.get(kind="test.moved")
    assert (row.attempts, row.last_error, row.last_error_at) == (0, "", None)


def test_a_stale_token_does_nothing(now: datetime, handler: Register) -> None:
    calls = handler("test.done")
    schedule(kind="test.done", key="k", due_at=now)
    (claimed,) = claim(now=now, bounds=Bounds(waiting=9, batch=9, slots=9))
    outcome = run(due_id=claimed.due_id, token=uuid.uuid4(), owner="late", clock=Clock(now))
    assert outcome is Outcome.LOST
    assert calls == []
    assert Due.objects.filter(kind="test.done", lease_token=claimed.token).exists()


def test_a_run_that_lost_its_lease_meanwhile_changes_nothing(now: datetime, handler: Register) -> None:
    other = uuid.uuid4()

    def take_over(now: datetime) -> datetime | None:
        Due.objects.update(lease_token=other)
        return None

    handler("test.lost", take_over)
    schedule(kind="test.lost", key="k", due_at=now)
    assert run_claimed(now) is Outcome.LOST
    assert Due.objects.get(kind="test.lost").lease_token == other


def test_a_request_during_the_run_is_not_lost(now: datetime, handler: Register) -> None:
    def ask_again(now: datetime) -> datetime | None:
        schedule(kind="test.again", key="k", due_at=now + 5 * SECOND)
        return None

    handler("test.again", ask_again)
    schedule(kind="test.again", key="k", due_at=now)
    assert run_claimed(now) is Outcome.MOVED
    row = Due.objects.get(kind="test.again")
    assert (row.due_at, row.due_again_at, row.lease_token) == (now + 5 * SECOND, None, None)


def test_a_cancellation_during_the_run_stays_cancelled(now: datetime, handler: Register) -> None:
    def cancel_it(now: datetime) -> datetime | None:
        cancel(kind="test.cancelled", key="k")
        return now + SECOND

    handler("test.cancelled", cancel_it)
    schedule(kind="test.cancelled", key="k", due_at=now)
    assert run_claimed(now) is Outcome.LOST
    assert not Due.objects.filter(kind="test.cancelled").exists()


def test_work_due_at_once_goes_on_in_the_same_run_and_then_makes_room(now: datetime, handler: Register) -> None:
    calls = handler("test.pieces", lambda now: now)
    schedule(kind="test.pieces", key="k", due_at=now)
    assert run_claimed(now, Clock(now, step=SECOND / 4)) is Outcome.MOVED
    row = Due.objects.get(kind="test.pieces")
    assert len(calls) > 5
    assert row.lease_token is None
    assert row.due_at - now <= STRETCH + SECOND


def test_a_message_that_killed_each_worker_is_put_aside(now: datetime, handler: Register) -> None:
    calls = handler("test.deadly")
    schedule(kind="test.deadly", key="k", due_at=now)
    (claimed,) = claim(now=now, bounds=Bounds(waiting=9, batch=9, slots=9))
    Due.objects.update(begun_at=now, attempts=3)  # three deaths with the same message in hand
    assert run(due_id=claimed.due_id, token=claimed.token, owner="w", clock=Clock(now)) is Outcome.LOST
    assert calls == []
    row = Due.objects.get(kind="test.deadly")
    assert row.due_at > now
    assert row.lease_token is None
