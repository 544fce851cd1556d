"""A clock that is set: nothing waits an hour for it, and only one process mends the rows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from reliability.outbox.models import Due, Heartbeat
from reliability.outbox.services.clock import ClockWatch
from reliability.outbox.services.due import schedule
from reliability.outbox.services.tick import tick
from tests.outbox.conftest import Register

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


class Steady:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_the_usual_correction_of_a_clock_is_no_step(now: datetime) -> None:
    steady = Steady()
    watch = ClockWatch(steady)
    assert watch.keep_pace(now=now) == timedelta()
    steady.seconds += 60
    assert watch.keep_pace(now=now + 89 * SECOND) == timedelta()


@pytest.mark.parametrize("step", [HOUR, -HOUR], ids=["forward", "back"])
def test_a_step_is_told_once_and_exactly(now: datetime, step: timedelta) -> None:
    steady = Steady()
    watch = ClockWatch(steady)
    watch.keep_pace(now=now)
    steady.seconds += 60
    assert watch.keep_pace(now=now + 60 * SECOND + step) == step
    assert watch.keep_pace(now=now + 60 * SECOND + step) == timedelta()


def test_a_machine_that_slept_was_not_set(now: datetime) -> None:
    steady = Steady()
    watch = ClockWatch(steady)
    watch.keep_pace(now=now)
    steady.seconds += 8 * 3600
    assert watch.keep_pace(now=now + 8 * HOUR) == timedelta()


def test_set_back_by_an_hour_work_is_due_as_soon_as_before(now: datetime, handler: Register) -> None:
    handler("test.work")
    steady = Steady()
    watches = [ClockWatch(steady) for _ in range(2)]
    for watch in watches:
        tick(now=now, hand_over=lambda _: None, clock=watch)
    schedule(kind="test.work", key="soon", due_at=now + 10 * SECOND)
    schedule(kind="test.work", key="waiting", due_at=now)
    steady.seconds += 2
    for watch in watches:
        tick(now=now + 2 * SECOND - HOUR, hand_over=lambda _: None, clock=watch)
    assert Due.objects.get(key="soon").due_at == now + 10 * SECOND - HOUR, "moved once, though two saw it"
    assert Due.objects.get(key="waiting").lease_until is not None, "taken up in the very tick"
    assert Heartbeat.objects.get(name="tick").at == now + 2 * SECOND - HOUR


def test_what_was_asked_for_by_the_new_clock_stays(now: datetime, handler: Register) -> None:
    handler("test.work")
    steady = Steady()
    watch = ClockWatch(steady)
    tick(now=now, hand_over=lambda _: None, clock=watch)
    steady.seconds += 2
    back = now + 2 * SECOND - HOUR
    schedule(kind="test.work", key="new", due_at=back + 60 * SECOND)
    tick(now=back, hand_over=lambda _: None, clock=watch)
    assert Due.objects.get(key="new").due_at == back + 60 * SECOND
