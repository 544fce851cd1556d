"""Waking a worker: after the commit, once for many, and never at the cost of who asks."""

from __future__ import annotations

import threading
import time
from datetime import datetime

import pytest
from django.db import transaction
from pytest_django import Settings

from reliability.outbox.registry import forget, subscriber
from reliability.outbox.services import nudge
from reliability.outbox.services.due import demand
from reliability.outbox.services.facts import emit


class Published:
    def __init__(self) -> None:
        self.times = 0
        self.happened = threading.Event()
        self.error: Exception | None = None
        self.takes_seconds = 0.0

    def __call__(self) -> None:
        time.sleep(self.takes_seconds)
        self.times += 1
        self.happened.set()
        if self.error is not None:
            raise self.error


@pytest.fixture
def published(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Published:
    settings.OUTBOX_NUDGE = True
    published = Published()
    monkeypatch.setattr(nudge, "_nudger", nudge.Nudger(published))
    return published


@pytest.mark.django_db(transaction=True)
def test_nothing_is_published_before_the_commit_or_after_an_undone_one(published: Published, now: datetime) -> None:
    with transaction.atomic():
        demand(kind="test.work", key=1, now=now)
        assert not published.happened.wait(0.2)
    assert published.happened.wait(10)
    published.happened.clear()
    with transaction.atomic():
        demand(kind="test.work", key=2, now=now)
        transaction.set_rollback(True)
    assert not published.happened.wait(0.2)


@pytest.mark.django_db(transaction=True)
def test_a_thousand_commits_cost_a_few_messages(published: Published, now: datetime) -> None:
    for _ in range(1000):
        nudge.after_commit()
    assert published.happened.wait(10)
    time.sleep(0.2)
    assert published.times < 10


@pytest.mark.django_db(transaction=True)
def test_a_fact_wakes_a_worker_when_somebody_subscribes(published: Published, now: datetime) -> None:
    emit(kind="Nobody", payload={}, now=now)
    assert not published.happened.wait(0.2)

    @subscriber("Somebody", "test.somebody")
    def hear(*, fact_id: int, payload: dict[str, object], now: datetime) -> None: ...

    try:
        emit(kind="Somebody", payload={}, now=now)
        assert published.happened.wait(10)
    finally:
        forget(kind="fact:test.somebody")


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_dead_or_slow_costs_the_commit_nothing(published: Published, now: datetime) -> None:
    published.error, published.takes_seconds = ConnectionError("no broker"), 0.5
    started_at = time.monotonic()
    for number in range(20):
        demand(kind="test.work", key=number, now=now)
    assert time.monotonic() - started_at < 5, "half of what twenty commits would wait for such a broker"
    assert published.happened.wait(10)
    assert published.times == 1
