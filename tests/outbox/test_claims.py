"""Claims: each due row goes to one claimer at a time, and within bounds."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection

from reliability.outbox.models import Due
from reliability.outbox.services.claims import DISPATCH_LEASE, Bounds, claim, release, release_owned
from reliability.outbox.services.due import schedule
from tests.outbox.conftest import Register

WIDE = Bounds(waiting=100, batch=100)
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
    narrow = Bounds(waiting=3, batch=3)
    assert len(claim(now=now, bounds=narrow)) == 3
    assert claim(now=now, bounds=narrow) == []
    Due.objects.filter(key="0").update(begun_at=now)
    assert len(claim(now=now, bounds=narrow)) == 1, "a row that was taken up waits no longer"


@pytest.mark.django_db
def test_bulk_work_comes_last_and_never_holds_every_slot(now: datetime) -> None:
    for number in range(3):
        schedule(kind="test.bulk", key=number, due_at=now - SECOND)
    schedule(kind="test.quick", key="q", due_at=now)
    claimed = claim(now=now, bounds=Bounds(waiting=10, batch=1))
    assert [(entry.kind, entry.key) for entry in claimed] == [("test.quick", "q"), ("test.bulk", "0")]
    Due.objects.update(begun_at=now)
    assert claim(now=now, bounds=Bounds(waiting=10, batch=1)) == [], "the one in hand counts after it has begun, too"


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
    errors: list[Exception] = []
    start = threading.Barrier(4)

    def claim_all() -> None:
        try:
            start.wait()
            for _ in range(20):
                claimed.extend(entry.due_id for entry in claim(now=now, bounds=Bounds(waiting=1000, batch=0)))
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=claim_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(claimed) == 200
    assert len(set(claimed)) == 200
