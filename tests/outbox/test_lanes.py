"""Lanes: an outside system that hangs holds few slots, and those beside it go on."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from reliability.outbox.models import Due, SlowLane
from reliability.outbox.services.claims import Bounds, claim
from reliability.outbox.services.due import schedule
from reliability.outbox.services.lanes import SLOW_FOR, note_duration
from reliability.outbox.services.runs import run
from tests.outbox.conftest import Register

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
BOUNDS = Bounds(waiting=100, batch=1, slots=6)


@pytest.fixture(autouse=True)
def _kinds(handler: Register) -> None:
    handler("test.send")
    handler("test.quick")


def ask(now: datetime, **rows_by_lane: int) -> None:
    for lane, count in rows_by_lane.items():
        for number in range(count):
            schedule(kind="test.send", key=f"{lane}{number}", due_at=now, lane=lane)


def claimed(now: datetime, bounds: Bounds = BOUNDS) -> list[str]:
    return [entry.key for entry in claim(now=now, bounds=bounds)]


def test_a_lane_has_two_slots_however_much_waits_in_it(now: datetime) -> None:
    ask(now, hung=1000)
    assert claimed(now) == ["hung0", "hung1"]
    assert claimed(now + SECOND) == []


def test_those_behind_a_full_lane_are_taken_in_the_same_claim(now: datetime) -> None:
    ask(now, hung=1000)
    ask(now + SECOND, good=1, better=1)
    assert claimed(now + SECOND) == ["hung0", "hung1", "good0", "better0"]


def test_lanes_leave_a_slot_free_for_everything_else(now: datetime) -> None:
    ask(now, a=2, b=2, c=2, d=2)
    schedule(kind="test.quick", key="q", due_at=now + SECOND)
    assert claimed(now + SECOND) == ["a0", "a1", "b0", "b1", "c0", "q"]


def test_all_slow_lanes_have_one_slot_between_them(now: datetime) -> None:
    ask(now, slow=3, slower=3, good=1)
    for lane in ("slow", "slower"):
        note_duration(lane=lane, taken=9 * SECOND, now=now)
    assert claimed(now) == ["slow0", "good0"]
    Due.objects.get(key="slow0").delete()
    assert claimed(now + SECOND) == ["slow1"]


def test_a_slow_lane_is_like_any_other_after_a_quick_run_or_a_while(now: datetime) -> None:
    ask(now, slow=2)
    note_duration(lane="slow", taken=9 * SECOND, now=now)
    note_duration(lane="slow", taken=SECOND, now=now)
    assert not SlowLane.objects.exists()
    note_duration(lane="slow", taken=9 * SECOND, now=now - SLOW_FOR)
    assert claimed(now) == ["slow0", "slow1"]


def test_a_run_that_takes_long_makes_its_lane_slow(now: datetime) -> None:
    ask(now, slow=1)
    (entry,) = claim(now=now, bounds=BOUNDS)
    instants = iter([now, now, now + 9 * SECOND, now + 9 * SECOND])
    run(due_id=entry.due_id, token=entry.token, owner="test", clock=lambda: next(instants))
    assert SlowLane.objects.get().until_at == now + 9 * SECOND + SLOW_FOR
