"""Work in stages: begun with its row, ended with its row, and the slot of a lane passed on in between."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from reliability.outbox.models import Due, Heartbeat
from reliability.outbox.registry import RegistrationError, due_work, forget, registration_of, staged_work
from reliability.outbox.services.claims import Bounds, claim
from reliability.outbox.services.due import schedule
from reliability.outbox.services.runs import Begun, Outcome, Ran, run_in_lane

pytestmark = pytest.mark.django_db(transaction=True)

KIND = "test.staged"
SECOND = timedelta(seconds=1)


@dataclass
class Stages:
    """What was done, in order, and whether in a transaction. Each stage also runs what a test puts in its place."""

    done: list[tuple[str, str, bool]] = field(default_factory=list)
    begin: Callable[[str], Any] = lambda key: None
    work: Callable[[str], None] = lambda key: None
    end: Callable[[str], datetime | None] = lambda key: None

    def note(self, stage: str, key: str) -> None:
        self.done.append((stage, key, connection.in_atomic_block))

    def names(self) -> list[str]:
        return [f"{stage} {key}" for stage, key, _ in self.done]


@dataclass
class Underway:
    stages: Stages
    key: str

    def work(self) -> None:
        self.stages.note("work", self.key)
        self.stages.work(self.key)

    def end(self, *, now: datetime) -> datetime | None:
        self.stages.note("end", self.key)
        Heartbeat.objects.create(name=f"ended {self.key}", at=now)
        return self.stages.end(self.key)


@pytest.fixture
def stages() -> Iterator[Stages]:
    found = Stages()

    @staged_work(KIND)
    def handler(*, key: str, payload: dict[str, Any], now: datetime) -> Underway | datetime | None:
        found.note("begin", key)
        Heartbeat.objects.create(name=f"begun {key}", at=now)
        answer = found.begin(key)
        return Underway(found, key) if answer is None else answer

    yield found
    forget(kind=KIND)


def ask(now: datetime, *keys: str, lane: str = "smtp") -> None:
    for key in keys:
        schedule(kind=KIND, key=key, due_at=now, lane=lane)


def first(now: datetime) -> tuple[int, uuid.UUID]:
    entry = claim(now=now, bounds=Bounds(waiting=9, batch=9, slots=2))[0]
    return entry.due_id, entry.token


def run(now: datetime, held: tuple[int, uuid.UUID], *, passes_on: bool = False, begun: Begun | None = None) -> Ran:
    due_id, token = held
    return run_in_lane(
        due_id=due_id, token=token, owner="worker@test", clock=lambda: now, passes_on=passes_on, begun=begun
    )


def names_of_beats() -> set[str]:
    return set(Heartbeat.objects.filter(name__regex="^(begun|ended) ").values_list("name", flat=True))


def test_what_takes_long_is_done_outside_of_the_transactions_that_begin_and_end_it(
    now: datetime, stages: Stages
) -> None:
    ask(now, "a")
    assert run(now, first(now)) == Ran(Outcome.DONE)
    assert stages.done == [("begin", "a", True), ("work", "a", False), ("end", "a", True)]
    assert not Due.objects.filter(kind=KIND).exists()


def test_what_was_begun_is_committed_before_it_is_worked_on(now: datetime, stages: Stages) -> None:
    ask(now, "a")
    seen: list[tuple[set[str], int]] = []
    stages.work = lambda key: seen.append((names_of_beats(), Due.objects.get(kind=KIND).attempts))
    run(now, first(now))
    assert seen == [({"begun a"}, 1)]
    assert names_of_beats() == {"begun a", "ended a"}


def test_a_handler_that_begins_nothing_answers_as_any_other(now: datetime, stages: Stages) -> None:
    ask(now, "a")
    stages.begin = lambda key: now + 60 * SECOND
    assert run(now, first(now)) == Ran(Outcome.MOVED, now + 60 * SECOND)
    assert stages.names() == ["begin a"]
    assert Due.objects.get(kind=KIND).lease_token is None


def test_a_beginning_that_raises_is_undone_counted_and_tried_later(now: datetime, stages: Stages) -> None:
    def fail(key: str) -> None:
        raise ValueError("cannot begin")

    ask(now, "a")
    stages.begin = fail
    assert run(now, first(now)).outcome is Outcome.FAILED
    row = Due.objects.get(kind=KIND)
    assert (row.attempts, row.last_error, row.due_at) == (1, "ValueError: cannot begin", now + 5 * SECOND)
    assert names_of_beats() == set()


def test_a_beginning_whose_row_went_to_another_worker_is_undone(now: datetime, stages: Stages) -> None:
    ask(now, "a")
    held, other = first(now), uuid.uuid4()
    stages.begin = lambda key: Due.objects.filter(kind=KIND).update(lease_token=other) and None
    assert run(now, held).outcome is Outcome.LOST
    assert stages.names() == ["begin a"]
    assert names_of_beats() == set()


def test_work_that_raises_is_not_ended_and_tried_later(now: datetime, stages: Stages) -> None:
    def fail(key: str) -> None:
        raise OSError("no line")

    ask(now, "a")
    stages.work = fail
    assert run(now, first(now)).outcome is Outcome.FAILED
    assert stages.names() == ["begin a", "work a"]
    assert Due.objects.get(kind=KIND).last_error == "OSError: no line"


def test_what_was_done_is_written_down_though_its_row_cannot_be_ended_with_it(now: datetime, stages: Stages) -> None:
    failures = iter([ValueError("once")])

    def end(key: str) -> datetime | None:
        for failure in failures:
            raise failure
        return None

    ask(now, "a")
    stages.end = end
    assert run(now, first(now)).outcome is Outcome.DONE
    assert stages.names() == ["begin a", "work a", "end a", "end a"]
    assert "ended a" in names_of_beats()


def test_the_slot_of_a_lane_is_passed_on_with_the_end_of_its_row(now: datetime, stages: Stages) -> None:
    ask(now, "a", "b")
    held = first(now)
    ran = run(now, held, passes_on=True)
    assert ran.outcome is Outcome.DONE
    assert ran.following is not None
    assert ran.following.key == "b"
    assert Due.objects.get(kind=KIND).lease_token == ran.following.token


@pytest.mark.skipif(connection.features.has_select_for_update, reason="only where one transaction writes at a time")
def test_the_next_of_a_lane_is_begun_in_the_transaction_that_ends_the_one_before(now: datetime, stages: Stages) -> None:
    ask(now, "a", "b")
    ran = run(now, first(now), passes_on=True)
    assert stages.names() == ["begin a", "work a", "end a", "begin b"]
    assert ran.following is not None
    assert ran.begun is not None
    last = run(now, (ran.following.due_id, ran.following.token), passes_on=True, begun=ran.begun)
    assert last == Ran(Outcome.DONE)
    assert stages.names() == ["begin a", "work a", "end a", "begin b", "work b", "end b"]
    assert not Due.objects.filter(kind=KIND).exists()


def test_a_next_one_that_cannot_be_begun_leaves_the_end_before_it_alone(now: datetime, stages: Stages) -> None:
    def fail_b(key: str) -> None:
        if key == "b":
            raise ValueError("cannot begin b")

    ask(now, "a", "b")
    stages.begin = fail_b
    ran = run(now, first(now), passes_on=True)
    assert (ran.outcome, ran.begun) == (Outcome.DONE, None)
    assert "ended a" in names_of_beats()
    assert "begun b" not in names_of_beats()
    assert ran.following is not None
    assert run(now, (ran.following.due_id, ran.following.token)).outcome is Outcome.FAILED
    assert Due.objects.get(kind=KIND).last_error == "ValueError: cannot begin b"


def test_a_slow_run_does_not_pass_its_slot_on(now: datetime, stages: Stages) -> None:
    ask(now, "a", "b")
    due_id, token = first(now)
    instants = iter([now, now, now + 4 * SECOND])
    ran = run_in_lane(
        due_id=due_id, token=token, owner="w", clock=lambda: next(instants, now + 4 * SECOND), passes_on=True
    )
    assert ran == Ran(Outcome.DONE)
    assert stages.names() == ["begin a", "work a", "end a"]


def test_a_kind_has_one_handler_in_stages_or_not(now: datetime, stages: Stages) -> None:
    with pytest.raises(RegistrationError, match="two handlers"):
        due_work(KIND)(lambda **_: None)
    registration = registration_of(KIND)
    assert registration is not None
    with pytest.raises(RegistrationError, match="stages"), transaction.atomic():
        registration.run(key="a", payload={}, now=now)
