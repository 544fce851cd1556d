"""Claims: each due row goes to one claimer at a time, and within bounds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction

import pytest
from django.db import connection

from reliability.outbox.models import Due, Heartbeat
from reliability.outbox.registry import HALF_OF_THE_SLOTS
from reliability.outbox.selectors.backlog import TICK
from reliability.outbox.services.claims import DISPATCH_LEASE, Bounds, claim, release, release_owned
from reliability.outbox.services.due import schedule
from tests.outbox.conftest import Register

WIDE = Bounds(waiting=100, batch=100, slots=100)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _kinds(handler: Register) -> None:
    handler("test.quick")
    handler("test.bulk", batch=True)


@pytest.mark.django_db
def test_a_claim_takes_due_rows_oldest_first_and_leaves_the_future(now: datetime) -> None:
    schedule(kind="test.quick", key="later", due_at=now + SECOND)
    schedule(kind="test.quick", key="young", due_at=now)
    schedule(kind="test.quick", key="old", due_at=now - SECOND)
    assert [claimed.key for claimed in claim(now=now, bounds=WIDE)] == ["old", "young"]


@pytest.mark.django_db
def test_a_claimed_row_is_not_claimed_again_until_its_lease_is_over(now: datetime) -> None:
    schedule(kind="test.quick", key="k", due_at=now)
    (first,) = claim(now=now, bounds=WIDE)
    assert claim(now=now + DISPATCH_LEASE - SECOND, bounds=WIDE) == []
    (second,) = claim(now=now + DISPATCH_LEASE, bounds=WIDE)
    assert second.token != first.token


@pytest.mark.django_db
def test_a_released_row_is_claimed_at_once(now: datetime) -> None:
    schedule(kind="test.quick", key="k", due_at=now)
    release(claims=claim(now=now, bounds=WIDE))
    assert len(claim(now=now, bounds=WIDE)) == 1


@pytest.mark.django_db
def test_rows_of_unknown_kinds_are_kept_and_left_alone(now: datetime) -> None:
    schedule(kind="of a later release", key="k", due_at=now)
    assert claim(now=now, bounds=WIDE) == []
    assert Due.objects.filter(kind="of a later release", lease_token=None).exists()


@pytest.mark.django_db
def test_only_so_many_rows_wait_for_a_worker(now: datetime) -> None:
    for number in range(5):
        schedule(kind="test.quick", key=number, due_at=now)
    narrow = Bounds(waiting=3, batch=3, slots=9)
    assert len(claim(now=now, bounds=narrow)) == 3
    assert claim(now=now, bounds=narrow) == []
    Due.objects.filter(key="0").update(begun_at=now)
    assert len(claim(now=now, bounds=narrow)) == 1, "a row that was taken up waits no longer"


@pytest.mark.django_db
def test_bulk_work_comes_last_and_never_holds_every_slot(now: datetime) -> None:
    for number in range(3):
        schedule(kind="test.bulk", key=number, due_at=now - SECOND)
    schedule(kind="test.quick", key="q", due_at=now)
    claimed = claim(now=now, bounds=Bounds(waiting=10, batch=1, slots=9))
    assert [(entry.kind, entry.key) for entry in claimed] == [("test.quick", "q"), ("test.bulk", "0")]
    Due.objects.update(begun_at=now)
    assert claim(now=now, bounds=Bounds(waiting=10, batch=1, slots=9)) == [], (
        "the one in hand counts after it has begun, too"
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at_once", "slots", "expected"),
    [
        pytest.param(2, 9, 2, id="a number"),
        pytest.param(HALF_OF_THE_SLOTS, 9, 4, id="half of nine slots is four"),
        pytest.param(HALF_OF_THE_SLOTS, 1, 1, id="half of one slot is one"),
        pytest.param(20, 4, 3, id="never every slot, whatever the kind says"),
    ],
)
def test_a_slow_kind_is_in_hand_so_often_at_once(
    now: datetime, handler: Register, at_once: int | Fraction, slots: int, expected: int
) -> None:
    handler("test.slow", at_once=at_once)
    for number in range(20):
        schedule(kind="test.slow", key=number, due_at=now)
    bounds = Bounds(waiting=100, batch=1, slots=slots)
    first = claim(now=now, bounds=bounds)
    assert [claimed.key for claimed in first] == [str(number) for number in range(expected)]
    Due.objects.filter(lease_token__isnull=False).update(begun_at=now)
    assert claim(now=now, bounds=bounds) == [], "those in hand count after they have begun, too"
    Due.objects.get(pk=first[0].due_id).delete()
    assert len(claim(now=now, bounds=bounds)) == 1, "the end of one makes room for the next"


@pytest.mark.django_db
def test_slow_kinds_and_bulk_work_together_leave_a_slot_free(now: datetime, handler: Register) -> None:
    handler("test.slow", at_once=HALF_OF_THE_SLOTS)
    handler("test.slower", at_once=HALF_OF_THE_SLOTS)
    for kind in ("test.bulk", "test.slower", "test.slow"):
        for number in range(4):
            schedule(kind=kind, key=number, due_at=now)
    schedule(kind="test.quick", key=1, due_at=now + SECOND)
    bounds = Bounds(waiting=100, batch=2, slots=4)
    claimed = claim(now=now, bounds=bounds)
    assert [entry.kind for entry in claimed] == ["test.slower", "test.slower", "test.slow"]
    Due.objects.filter(lease_token__isnull=False).update(begun_at=now, lease_until=now + 60 * SECOND)
    assert [entry.kind for entry in claim(now=now + SECOND, bounds=bounds)] == ["test.quick"]


@pytest.mark.django_db
def test_slow_work_takes_its_turn_among_much_quick_work(now: datetime, handler: Register) -> None:
    handler("test.slow", at_once=1)
    schedule(kind="test.slow", key="s", due_at=now - SECOND)
    for number in range(10):
        schedule(kind="test.quick", key=number, due_at=now)
    claimed = claim(now=now, bounds=Bounds(waiting=5, batch=1, slots=4))
    assert [entry.kind for entry in claimed] == ["test.slow", *["test.quick"] * 4]


@pytest.mark.django_db
def test_a_worker_that_starts_anew_gives_back_what_its_former_self_had(now: datetime) -> None:
    schedule(kind="test.quick", key="mine", due_at=now)
    schedule(kind="test.quick", key="theirs", due_at=now)
    claim(now=now, bounds=WIDE)
    Due.objects.filter(key="mine").update(begun_at=now, lease_owner="one@host", attempts=1)
    Due.objects.filter(key="theirs").update(begun_at=now, lease_owner="two@host", attempts=1)
    assert release_owned(owner="one@host", now=now) == 1
    assert [claimed.key for claimed in claim(now=now, bounds=WIDE)] == ["mine"]


@pytest.mark.django_db
def test_work_that_was_in_hand_at_several_deaths_waits(now: datetime) -> None:
    schedule(kind="test.quick", key="deadly", due_at=now)
    claim(now=now, bounds=WIDE)
    Due.objects.update(begun_at=now, lease_owner="one@host", attempts=3)
    release_owned(owner="one@host", now=now)
    row = Due.objects.get()
    assert row.due_at == now + timedelta(seconds=20)
    assert row.last_error == "the worker died 3 times while it did this"


@pytest.mark.django_db(transaction=True)
def test_concurrent_claimers_never_share_a_row(now: datetime) -> None:
    for number in range(200):
        schedule(kind="test.quick", key=number, due_at=now)
    claimed: list[int] = []

    def claim_all() -> None:
        for _ in range(20):
            claimed.extend(entry.due_id for entry in claim(now=now, bounds=Bounds(waiting=1000, batch=0, slots=9)))

    in_threads(4, claim_all)
    assert len(claimed) == 200
    assert len(set(claimed)) == 200


@pytest.mark.django_db(transaction=True)
def test_concurrent_claimers_together_keep_the_bound_of_a_slow_kind(now: datetime, handler: Register) -> None:
    handler("test.slow", at_once=3)
    Heartbeat.objects.create(name=TICK, at=now)
    for number in range(40):
        schedule(kind="test.slow", key=number, due_at=now)
    claimed: list[int] = []
    bounds = Bounds(waiting=1000, batch=0, slots=40)
    in_threads(8, lambda: claimed.extend(entry.due_id for entry in claim(now=now, bounds=bounds)))
    assert len(claimed) == 3


def in_threads(count: int, call: Callable[[], None]) -> None:
    """Call at the same instant in several threads. Raises the first of their exceptions."""
    errors: list[Exception] = []
    start = threading.Barrier(count)

    def run() -> None:
        try:
            connection.ensure_connection()
            start.wait()
            call()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
