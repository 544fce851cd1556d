"""The tick: hands due rows over, gives them back when nobody takes them, and leaves a sign of life."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from pytest_django import DjangoAssertNumQueries

from reliability.outbox.models import Due, Heartbeat
from reliability.outbox.selectors.backlog import backlog, last_tick_at
from reliability.outbox.services.claims import Claim
from reliability.outbox.services.due import schedule
from reliability.outbox.services.tick import tick
from tests.outbox.conftest import Register

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def test_an_idle_tick_costs_two_reads(now: datetime, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    tick(now=now, hand_over=lambda _: None)
    with django_assert_num_queries(2):
        assert tick(now=now + SECOND, hand_over=lambda _: None) == 0


def test_two_ticks_at_once_hand_a_row_over_once(now: datetime, handler: Register) -> None:
    handler("test.work")
    schedule(kind="test.work", key="k", due_at=now)
    handed: list[str] = []
    for _ in range(2):
        tick(now=now, hand_over=lambda claim: handed.append(claim.key))
    assert handed == ["k"]


def test_what_the_broker_does_not_take_is_given_back(now: datetime, handler: Register) -> None:
    handler("test.work")
    for key in ("a", "b", "c"):
        schedule(kind="test.work", key=key, due_at=now)
    handed: list[str] = []

    def refuse_after_one(claim: Claim) -> None:
        if handed:
            raise ConnectionError("the broker is gone")
        handed.append(claim.key)

    assert tick(now=now, hand_over=refuse_after_one) == 1
    assert tick(now=now, hand_over=lambda claim: handed.append(claim.key)) == 2
    assert handed == ["a", "b", "c"]


def test_the_sign_of_life_moves_every_ten_seconds(now: datetime) -> None:
    for seconds in range(0, 21, 2):
        tick(now=now + seconds * SECOND, hand_over=lambda _: None)
    assert Heartbeat.objects.count() == 1
    assert last_tick_at() == now + 20 * SECOND


def test_the_command_does_what_is_due_without_a_broker(handler: Register, now: datetime) -> None:
    calls = handler("test.work")
    for key in ("a", "b"):
        schedule(kind="test.work", key=key, due_at=now)
    call_command("tick", "--once", verbosity=0)
    assert [key for key, _ in calls] == ["a", "b"]


def test_the_backlog_tells_late_failing_and_unknown_rows_apart(now: datetime, handler: Register) -> None:
    handler("test.work")
    assert backlog(now=now).oldest_due_age is None, "nothing due is no age, not zero"
    schedule(kind="test.work", key="late", due_at=now - 90 * SECOND)
    schedule(kind="test.work", key="due", due_at=now - SECOND)
    schedule(kind="test.work", key="failing", due_at=now + SECOND)
    Due.objects.filter(key="failing").update(last_error="ValueError: no")
    schedule(kind="of a later release", key="k", due_at=now - 1000 * SECOND)
    figures = backlog(now=now)
    assert figures.oldest_due_age == 90 * SECOND
    assert (figures.overdue, figures.waiting, figures.failing, figures.unknown) == (1, 2, 1, 1)
