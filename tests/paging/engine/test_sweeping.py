"""Whatever must still happen has a due row, or gets one anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.paging.services import escalations
from incidents.paging.services.sweeping import sweep
from reliability.outbox.models import Due
from tests.cast import Cast
from tests.paging.engine.conftest import MINUTE, Clock, Receivers, begin, person_with, policy_of

pytestmark = pytest.mark.django_db


def test_nothing_is_missing_while_all_goes_well(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    begin(policy_of([person_with(cast.responder, "Phone")]), clock.now)
    assert sweep(now=clock.now + 10 * MINUTE) == 0


def test_a_page_whose_row_was_lost_is_sent(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    begin(policy_of([person_with(cast.responder, "Phone")]), clock.now)
    Due.objects.filter(kind="paging.send").delete()
    clock.now += MINUTE
    assert sweep(now=clock.now) == 1
    clock.run()
    assert receivers.told == [("Responder: Phone", "trigger")]


def test_a_step_whose_row_was_lost_is_taken(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    begin(policy_of([person_with(cast.responder, "Phone")], [person_with(cast.editor, "Phone")]), clock.now)
    clock.run()
    Due.objects.filter(kind="paging.step").delete()
    clock.now += 4 * MINUTE
    assert sweep(now=clock.now) == 0, "it is not due yet"
    clock.now += 2 * MINUTE
    assert sweep(now=clock.now) == 1
    clock.run()
    assert receivers.told[-1] == ("Editor: Phone", "trigger")


def test_an_acknowledgement_whose_row_was_lost_lapses(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    escalation = begin(policy_of([person_with(cast.responder, "Phone")], ack_timeout_minutes=30), clock.now)
    clock.run()
    escalations.pause(escalation_id=escalation.pk, now=clock.now, by="Ada")
    clock.run()
    Due.objects.filter(kind="paging.step").delete()
    clock.now += 31 * MINUTE
    assert sweep(now=clock.now) == 1
    clock.run()
    assert receivers.told[-1] == ("Responder: Phone", "trigger")


def test_what_has_ended_stays_ended(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    escalation = begin(policy_of([person_with(cast.responder, "Phone")]), clock.now)
    escalations.end(escalation_id=escalation.pk, now=clock.now, by="Ada")
    clock.run()
    Due.objects.all().delete()
    assert sweep(now=clock.now + timedelta(days=1)) == 0


def test_looking_costs_two_queries(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    for index in range(3):
        begin(policy_of([cast.responder]), clock.now, subject=f"thing:{index}")
    with CaptureQueriesContext(connection) as queries:
        assert sweep(now=clock.now + MINUTE) == 0
    assert len(queries) == 2
