"""Acknowledging while it escalates, three hundred times: no page is queued once the acknowledgement has committed."""

from __future__ import annotations

import random
import threading
from datetime import datetime

import pytest
from django.db import connection

from incidents.paging.models import Escalation, Notification
from incidents.paging.services import escalations
from reliability.access.models import User
from tests.cast import UserFactory
from tests.paging.engine.conftest import begin, policy_of, room

TIMES = 300
TOGETHER = 100


@pytest.mark.django_db(transaction=True)
def test_an_acknowledgement_races_the_next_step_three_hundred_times(now: datetime) -> None:
    people: list[User] = [UserFactory(name=f"P{number}") for number in range(2)]
    policy = policy_of([room("first")], [room("second"), *people], delay=5, repeat=3)
    runs = [begin(policy, now, subject=f"race:{number}").pk for number in range(TIMES)]
    Escalation.objects.update(next_step_at=now)
    queued_at_ack: dict[int, int] = {}

    def acknowledge(pk: int) -> None:
        escalations.pause(escalation_id=pk, now=now, by="Ada")
        queued_at_ack[pk] = Notification.objects.filter(escalation_id=pk).count()

    def escalate(pk: int) -> None:
        escalations.go_on(escalation_id=pk, now=now)

    for begin_at in range(0, TIMES, TOGETHER):
        _race(runs[begin_at : begin_at + TOGETHER], acknowledge, escalate)

    assert len(queued_at_ack) == TIMES
    late = [
        pk for pk in runs if Notification.objects.filter(escalation_id=pk, purpose="page").count() > queued_at_ack[pk]
    ]
    assert late == [], "queued after the acknowledgement had committed"
    assert set(Escalation.objects.values_list("state", "epoch")) == {("paused", 2)}
    assert not Notification.objects.filter(purpose="page", epoch=2).exists()
    stepped = Escalation.objects.filter(step=1).count()
    assert 0 < stepped < TIMES, "both may win"


def _race(pks: list[int], *calls: object) -> None:
    """Each call on each of *pks*, in an order of its own, all at once."""
    errors: list[BaseException] = []
    start = threading.Barrier(len(calls))

    def run(call: object, order: list[int]) -> None:
        try:
            connection.ensure_connection()
            start.wait(timeout=10)
            for pk in order:
                call(pk)  # type: ignore[operator]  # one of the functions above
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    chance = random.Random(len(pks))  # noqa: S311  an order, not a secret
    threads = [threading.Thread(target=run, args=(call, chance.sample(pks, len(pks)))) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert errors == []
