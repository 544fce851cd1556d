"""Asking for work: one row per kind and key, the earliest instant wins, nothing asked for is lost."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
from django.db.models import QuerySet

from reliability.outbox.models import Due
from reliability.outbox.services.due import cancel, schedule

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_the_first_request_makes_the_row(now: datetime) -> None:
    schedule(kind="x", key=7, due_at=now, payload={"a": 1})
    row = Due.objects.get()
    assert (row.kind, row.key, row.due_at, row.payload, row.attempts) == ("x", "7", now, {"a": 1}, 0)


@pytest.mark.parametrize(
    ("moved_by", "reschedule", "expected"),
    [
        pytest.param(-MINUTE, False, -MINUTE, id="an earlier instant wins"),
        pytest.param(MINUTE, False, 0 * MINUTE, id="a later instant is ignored"),
        pytest.param(MINUTE, True, MINUTE, id="a reschedule moves it later"),
    ],
)
def test_a_second_request(now: datetime, moved_by: timedelta, reschedule: bool, expected: timedelta) -> None:
    schedule(kind="x", key="k", due_at=now, payload={"a": 1})
    schedule(kind="x", key="k", due_at=now + moved_by, reschedule=reschedule)
    row = Due.objects.get()
    assert row.due_at == now + expected
    assert row.payload == {"a": 1}, "a request without payload keeps the stored one"


def test_a_request_for_a_row_in_hand_is_kept_for_afterwards(now: datetime) -> None:
    schedule(kind="x", key="k", due_at=now)
    Due.objects.update(lease_token=uuid.uuid4(), lease_until=now + MINUTE)
    schedule(kind="x", key="k", due_at=now + 3 * MINUTE)
    schedule(kind="x", key="k", due_at=now + 2 * MINUTE, payload={"b": 2})
    row = Due.objects.get()
    assert (row.due_at, row.due_again_at, row.payload) == (now, now + 2 * MINUTE, {"b": 2})


def test_a_row_that_a_worker_finishes_meanwhile_is_made_anew(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule(kind="x", key="k", due_at=now - MINUTE)
    lock = Due.objects.select_for_update
    locks: list[str] = []

    def finish_first() -> QuerySet[Due]:
        if not locks:
            Due.objects.all().delete()
        locks.append("x k")
        return lock()

    monkeypatch.setattr(Due.objects, "select_for_update", finish_first)
    schedule(kind="x", key="k", due_at=now, payload={"a": 1})
    row = Due.objects.get()
    assert (row.due_at, row.payload) == (now, {"a": 1})
    assert len(locks) == 1


def test_cancel_removes_the_row_and_says_whether_there_was_one(now: datetime) -> None:
    schedule(kind="x", key="k", due_at=now)
    assert cancel(kind="x", key="k")
    assert not cancel(kind="x", key="k")
    assert not Due.objects.exists()
