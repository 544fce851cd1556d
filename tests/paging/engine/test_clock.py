"""Escalations while the clock is set: no storm, no skip."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.paging.services.escalations import pause
from incidents.paging.services.escalations_clock import keep_pace
from reliability.outbox.models import Heartbeat
from reliability.outbox.services.clock import mend
from tests.cast import Cast
from tests.paging.engine.conftest import MINUTE, Clock, Receivers, begin, person_with, policy_of

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("step", [HOUR, -HOUR], ids=["forward", "back"])
def test_the_next_step_comes_after_its_delay_whatever_the_clock_says(
    cast: Cast, clock: Clock, receivers: Receivers, step: timedelta
) -> None:
    begin(policy_of([person_with(cast.responder, "Phone")], [person_with(cast.editor, "Phone")]), clock.now)
    clock.run(2 * MINUTE)
    clock.now += step
    keep_pace(step=step, now=clock.now)
    clock.run(2 * MINUTE)
    assert [to for to, _ in receivers.told] == ["Responder: Phone"]
    clock.run(MINUTE)
    assert [to for to, _ in receivers.told] == ["Responder: Phone", "Editor: Phone"]


@pytest.mark.parametrize("step", [HOUR, -HOUR], ids=["forward", "back"])
def test_what_began_by_the_new_clock_is_left_alone(
    cast: Cast, clock: Clock, receivers: Receivers, step: timedelta
) -> None:
    clock.now += step
    escalation = begin(policy_of([cast.responder]), clock.now)
    clock.now += timedelta(seconds=1)
    keep_pace(step=step, now=clock.now)
    was_next_at = escalation.next_step_at
    escalation.refresh_from_db()
    assert escalation.next_step_at == was_next_at


@pytest.mark.parametrize("step", [HOUR, -HOUR], ids=["forward", "back"])
def test_an_acknowledgement_lapses_after_its_time_whatever_the_clock_says(
    cast: Cast, clock: Clock, receivers: Receivers, step: timedelta
) -> None:
    escalation = begin(policy_of([person_with(cast.responder, "Phone")], ack_timeout_minutes=30), clock.now)
    clock.run(MINUTE)
    pause(escalation_id=escalation.pk, now=clock.now, by="Ada")
    clock.run(10 * MINUTE)
    receivers.sent.clear()
    clock.now += step
    Heartbeat.objects.update_or_create(name="tick", defaults={"at": clock.now - step})
    assert mend(step=step, now=clock.now)
    clock.run(19 * MINUTE)
    assert receivers.told == []
    clock.run(MINUTE)
    assert receivers.told == [("Responder: Phone", "trigger")]
