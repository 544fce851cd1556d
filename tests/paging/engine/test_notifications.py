"""Reading who was told what, as far as one may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from incidents.paging.models import Notification
from incidents.paging.selectors import notifications
from incidents.paging.services import notifications_retention
from reliability.access.models import User
from reliability.channels.models import Channel
from reliability.kit.periods import Period
from tests.cast import Cast
from tests.paging.engine.conftest import Clock, Receivers, begin, person_with, policy_of, room

pytestmark = pytest.mark.django_db


def test_the_log_of_a_channel_is_its_teams(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    channel = room("ops", team=cast.payments)
    begin(policy_of([channel], team=cast.payments), clock.now)
    clock.run()
    seen = {
        name: notifications.to_channel(caller=cast.caller(name), channel_id=channel.pk).count()
        for name in ("viewer", "outsider", "chief")
    }
    assert seen == {"viewer": 1, "outsider": 0, "chief": 1}
    assert notifications.escalation_of(caller=cast.caller("outsider"), subject="thing:1") is None


def test_a_page_with_all_its_tries_costs_two_queries(
    cast: Cast, clock: Clock, receivers: Receivers, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    people: list[User | Channel] = [
        person_with(cast.responder, "Phone", "Mail"),
        person_with(cast.editor, "Phone"),
        room("ops"),
    ]
    escalation = begin(policy_of(people), clock.now)
    clock.run()
    with django_assert_num_queries(2):
        told = list(notifications.of_escalation(escalation=escalation))
        assert [[attempt.outcome for attempt in one.tries.all()] for one in told] == [["delivered"]] * 4


def test_a_person_reads_what_they_were_told(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    begin(policy_of([person_with(cast.responder, "Phone"), person_with(cast.editor, "Phone")]), clock.now)
    clock.run()
    day = Period(clock.now - timedelta(hours=1), clock.now + timedelta(hours=1))
    assert [one.place for one in notifications.to_person(user_id=cast.responder.pk, period=day)] == ["Responder: Phone"]


def test_what_was_told_long_ago_is_forgotten_in_pieces_and_what_waits_is_kept(
    cast: Cast, clock: Clock, receivers: Receivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(policy_of([room("ops"), room("dev"), room("web")]), clock.now)
    clock.run()
    Notification.objects.filter(place="Web").update(state="waiting")
    monkeypatch.setattr(notifications_retention, "PIECE", 1)
    before = clock.now + timedelta(days=1)
    assert [notifications_retention.forget(before=clock.now)] == [False], "not older"
    assert [notifications_retention.forget(before=before) for _ in range(3)] == [True, True, False]
    assert [one.place for one in Notification.objects.all()] == ["Web"]
