"""Urgency: whoever waits to be woken goes before all other work, and a claim where nothing has room takes no lock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.paging.services.due_kinds import SEND, STEP
from reliability.outbox import tasks
from reliability.outbox.models import Due
from reliability.outbox.registry import due_work, forget, registration_of
from reliability.outbox.services.claims import Bounds, Claim, claim, claim_successor
from reliability.outbox.services.due import demand, schedule, schedule_first
from tests.outbox.conftest import Register

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
BOUNDS = Bounds(waiting=4, batch=1, slots=2)


@pytest.fixture(autouse=True)
def _kinds(handler: Register) -> Iterator[None]:
    handler("test.ordinary")

    @due_work("test.urgent", urgent=True)
    def run(*, key: str, payload: dict[str, object], now: datetime) -> None:
        """Nothing: these rows are only claimed."""

    yield
    forget(kind="test.urgent")


def ordinary(now: datetime, count: int, lane: str = "") -> None:
    for number in range(count):
        schedule(kind="test.ordinary", key=f"o{number}", due_at=now, lane=lane)


def claimed(now: datetime, bounds: Bounds = BOUNDS) -> list[str]:
    return [entry.key for entry in claim(now=now, bounds=bounds)]


def test_urgent_rows_are_claimed_before_older_ones(now: datetime) -> None:
    ordinary(now, 9)
    demand(kind="test.urgent", key="page", now=now + SECOND)
    assert claimed(now + SECOND) == ["page", "o0", "o1", "o2"]


def test_urgent_rows_find_room_although_others_fill_it(now: datetime) -> None:
    ordinary(now, 9)
    assert len(claimed(now)) == BOUNDS.waiting
    for number in range(3):
        demand(kind="test.urgent", key=f"page{number}", now=now)
    assert claimed(now) == ["page0", "page1"]
    assert claimed(now) == []  # as many as there are slots wait already


def test_urgent_rows_go_first_in_their_lane(now: datetime) -> None:
    ordinary(now, 5, lane="smtp")
    schedule_first(kind="test.urgent", key="page", due_at=now + SECOND, lane="smtp")
    schedule_first(kind="test.urgent", key="update", due_at=now, lane="smtp", is_urgent=False)
    wide = Bounds(waiting=9, batch=1, slots=9)
    assert claimed(now + SECOND, wide) == ["page", "o0"]


def test_the_slot_of_a_lane_goes_to_its_urgent_row(now: datetime) -> None:
    ordinary(now, 3, lane="smtp")
    schedule_first(kind="test.urgent", key="page", due_at=now + SECOND, lane="smtp")
    successor = claim_successor(lane="smtp", now=now + SECOND)
    assert successor is not None
    assert (successor.key, successor.is_urgent) == ("page", True)


def test_the_slot_of_a_lane_goes_to_the_urgent_row_of_another_that_has_nothing_in_hand(now: datetime) -> None:
    ordinary(now, 3, lane="smtp")
    schedule_first(kind="test.urgent", key="page", due_at=now + SECOND, lane="chat")
    assert claim_successor(lane="smtp", now=now + SECOND) is None
    assert claim_successor(lane="chat", now=now + SECOND) is not None  # older, but not urgent, ones do not go before


def test_urgent_rows_have_a_queue_of_their_own(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(tasks.run_due, "apply_async", lambda **options: sent.append(options["queue"]))
    ordinary(now, 1)
    demand(kind="test.urgent", key="page", now=now)
    for entry in claim(now=now, bounds=BOUNDS):
        tasks._send(entry)
    assert sent == ["urgent", "work"]


def test_pages_and_their_steps_are_urgent() -> None:
    kinds = [registration_of(kind) for kind in (STEP, SEND)]
    assert all(kind is not None and kind.urgent for kind in kinds)


def test_a_claim_while_all_lanes_are_full_only_reads(now: datetime) -> None:
    ordinary(now, 9, lane="smtp")
    assert len(claimed(now, Bounds(waiting=9, batch=1, slots=9))) == 2
    with CaptureQueriesContext(connection) as captured:
        assert claimed(now, Bounds(waiting=9, batch=1, slots=9)) == []
    assert [query["sql"] for query in captured if not query["sql"].startswith("SELECT")] == []
    assert Due.objects.filter(lease_token=None, kind="test.ordinary").count() == 7


def test_a_claim_says_whether_it_is_urgent(now: datetime) -> None:
    demand(kind="test.urgent", key="page", now=now)
    (entry,) = claim(now=now, bounds=BOUNDS)
    assert entry == Claim(entry.due_id, "test.urgent", "page", entry.token, is_urgent=True)
