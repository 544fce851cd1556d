"""Facts: one row for each subscriber, in the transaction of the cause."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from reliability.outbox.models import Due, Fact
from reliability.outbox.registry import RegistrationError, forget, subscriber
from reliability.outbox.services.facts import emit
from reliability.outbox.services.housekeeping import forget_facts

pytestmark = pytest.mark.django_db
Heard = dict[str, list[tuple[int, dict[str, Any]]]]


@pytest.fixture
def heard() -> Iterator[Heard]:
    """Two subscribers of "TestHappened"; the one named deaf raises."""
    heard: Heard = {"listener": []}

    @subscriber("TestHappened", "listener")
    def listen(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
        heard["listener"].append((fact_id, payload))

    @subscriber("TestHappened", "deaf")
    def fail(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
        raise RuntimeError("not now")

    yield heard
    forget(kind="fact:listener")
    forget(kind="fact:deaf")


def test_each_subscriber_hears_the_fact_and_one_that_fails_is_repeated_alone(now: datetime, heard: Heard) -> None:
    fact = emit(kind="TestHappened", payload={"a": 1}, now=now)
    call_command("tick", "--once", verbosity=0)
    assert heard["listener"] == [(fact.pk, {"a": 1})]
    (row,) = Due.objects.filter(kind__startswith="fact:")
    assert (row.kind, row.key, row.last_error) == ("fact:deaf", str(fact.pk), "RuntimeError: not now")


def test_a_fact_without_subscribers_is_kept(now: datetime) -> None:
    emit(kind="NobodyListens", payload={}, now=now)
    assert Fact.objects.filter(kind="NobodyListens").exists()
    assert not Due.objects.filter(kind__startswith="fact:").exists()


def test_a_cause_that_is_rolled_back_takes_its_fact_along(now: datetime, heard: Heard) -> None:
    with transaction.atomic():
        emit(kind="TestHappened", payload={}, now=now)
        transaction.set_rollback(True)
    assert not Fact.objects.exists()
    assert not Due.objects.filter(kind__startswith="fact:").exists()


def test_two_subscribers_of_one_name_are_refused(heard: Heard) -> None:
    with pytest.raises(RegistrationError, match="two subscribers are named 'listener'"):
        subscriber("OtherHappened", "listener")(lambda **_: None)


def test_old_facts_are_forgotten_unless_somebody_still_waits_for_them(now: datetime, heard: Heard) -> None:
    year = timedelta(days=365)
    waited_for = emit(kind="TestHappened", payload={}, now=now - year)
    emit(kind="NobodyListens", payload={}, now=now - year)
    young = emit(kind="NobodyListens", payload={}, now=now)
    assert forget_facts(before=now - year / 2) is False
    assert set(Fact.objects.values_list("pk", flat=True)) == {waited_for.pk, young.pk}
