"""Escalations: who is told when, and that nobody is told once it is acknowledged."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from incidents.paging.domain.urgency import Urgency
from incidents.paging.models import Escalation, EscalationPolicy, Notification
from incidents.paging.services import escalations
from reliability.channels.domain.message import Event
from tests.cast import Cast
from tests.paging.engine.conftest import CONTENT, MINUTE, Clock, Receivers, begin, person_with, policy_of, room

pytestmark = pytest.mark.django_db


def happenings(escalation: Escalation) -> list[str]:
    return list(escalation.events.values_list("kind", flat=True))


def test_the_first_step_is_told_at_once_and_the_next_after_its_delay(
    cast: Cast, clock: Clock, receivers: Receivers
) -> None:
    first, second = person_with(cast.responder, "Phone"), person_with(cast.editor, "Phone")
    escalation = begin(policy_of([first], [second]), clock.now)
    clock.run()
    assert receivers.told == [("Responder: Phone", "trigger")]
    clock.run(4 * MINUTE)
    assert len(receivers.sent) == 1
    clock.run(MINUTE)
    assert receivers.told[1:] == [("Editor: Phone", "trigger")]
    assert happenings(escalation) == ["began", "step", "told", "step", "told"]


def test_an_acknowledgement_stops_it_and_tells_those_who_were_told(
    cast: Cast, clock: Clock, receivers: Receivers
) -> None:
    escalation = begin(
        policy_of([person_with(cast.responder, "Phone"), room("ops")], [person_with(cast.editor, "Phone")]), clock.now
    )
    clock.run()
    escalations.pause(escalation_id=escalation.pk, now=clock.now, by="Ada")
    clock.run(timedelta(hours=2))
    assert receivers.told == [
        ("Responder: Phone", "trigger"),
        ("ops", "trigger"),
        ("Responder: Phone", "acknowledge"),
        ("ops", "acknowledge"),
    ]
    assert receivers.sent[-1].message.text.startswith("Acknowledged by Ada.")
    assert receivers.sent[0].message.subject_key == receivers.sent[-1].message.subject_key


def test_an_acknowledgement_before_the_message_was_sent_makes_it_void(
    cast: Cast, clock: Clock, receivers: Receivers
) -> None:
    escalation = begin(policy_of([person_with(cast.responder, "Phone")]), clock.now)
    escalations.pause(escalation_id=escalation.pk, now=clock.now, by="Ada")
    clock.run()
    assert receivers.sent == []
    assert Notification.objects.get().state == Notification.State.VOID


def test_taking_the_acknowledgement_back_tells_the_same_step_afresh(
    cast: Cast, clock: Clock, receivers: Receivers
) -> None:
    escalation = begin(
        policy_of([person_with(cast.responder, "Phone")], [person_with(cast.editor, "Phone")]), clock.now
    )
    clock.run(4 * MINUTE)
    escalations.pause(escalation_id=escalation.pk, now=clock.now, by="Ada")
    clock.run(30 * MINUTE)
    receivers.sent.clear()
    escalations.resume(escalation_id=escalation.pk, now=clock.now, by="Ada")
    clock.run(4 * MINUTE)
    assert receivers.told == [("Responder: Phone", "trigger")]
    clock.run(MINUTE)
    assert receivers.told[1:] == [("Editor: Phone", "trigger")]


def test_an_acknowledgement_that_lapses_tells_the_same_step_afresh(
    cast: Cast, clock: Clock, receivers: Receivers
) -> None:
    policy = policy_of([person_with(cast.responder, "Phone")], ack_timeout_minutes=30)
    escalation = begin(policy, clock.now)
    clock.run()
    escalations.pause(escalation_id=escalation.pk, now=clock.now, by="Ada")
    clock.run(29 * MINUTE)
    assert [event for _, event in receivers.told] == ["trigger", "acknowledge"]
    clock.run(MINUTE)
    assert [event for _, event in receivers.told] == ["trigger", "acknowledge", "trigger"]
    assert "lapsed" in happenings(escalation)


def test_resolving_ends_it_and_reopening_begins_at_the_first_step(
    cast: Cast, clock: Clock, receivers: Receivers
) -> None:
    escalation = begin(
        policy_of([person_with(cast.responder, "Phone")], [person_with(cast.editor, "Phone")]), clock.now
    )
    clock.run(6 * MINUTE)
    escalations.end(escalation_id=escalation.pk, now=clock.now, by="Ada")
    clock.run(timedelta(hours=1))
    assert receivers.told[-2:] == [("Responder: Phone", "resolve"), ("Editor: Phone", "resolve")]
    receivers.sent.clear()
    escalations.restart(escalation_id=escalation.pk, now=clock.now, by="Ada")
    clock.run()
    assert receivers.told == [("Responder: Phone", "reopen")]
    escalation.refresh_from_db()
    assert (escalation.state, escalation.step, escalation.epoch) == ("active", 0, 3)


def test_a_step_of_nobody_is_logged_and_left_at_once(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    cast.viewer.is_active = False
    cast.viewer.save()
    escalation = begin(policy_of([cast.viewer], [person_with(cast.responder, "Phone")]), clock.now)
    clock.run()
    assert receivers.told == [("Responder: Phone", "trigger")]
    assert happenings(escalation) == ["began", "nobody_on_call", "step", "told"]


def test_without_a_policy_the_administrators_of_the_team_are_told(
    cast: Cast, clock: Clock, receivers: Receivers
) -> None:
    escalations.begin(
        team_id=cast.payments.pk,
        subject="thing:9",
        policy=None,
        urgency=Urgency.URGENT,
        content=CONTENT,
        now=clock.now,
    )
    clock.run()
    assert [to.partition(":")[0] for to, _ in receivers.told] == ["Administrator"]


def test_a_policy_deleted_since_it_was_chosen_is_as_none(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    policy = policy_of([person_with(cast.responder, "Phone")], team=cast.payments)
    EscalationPolicy.objects.filter(pk=policy.pk).delete()
    begin(policy, clock.now)
    clock.run()
    assert [to.partition(":")[0] for to, _ in receivers.told] == ["Administrator"]


def test_after_the_last_pass_the_last_resort_is_told_and_then_it_is_exhausted(
    cast: Cast, clock: Clock, receivers: Receivers
) -> None:
    policy = policy_of([person_with(cast.responder, "Phone")], team=cast.payments, repeat=1)
    escalation = begin(policy, clock.now)
    clock.run(timedelta(hours=3))
    assert [to.partition(":")[0] for to, _ in receivers.told] == ["Responder", "Responder", "Administrator"]
    escalation.refresh_from_db()
    assert escalation.state == Escalation.State.EXHAUSTED
    assert happenings(escalation)[-1] == "exhausted"


def test_a_button_pressed_twice_escalates_once(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    escalation = begin(
        policy_of([person_with(cast.responder, "Phone")], [person_with(cast.editor, "Phone")], repeat=2), clock.now
    )
    clock.run()
    pressed = {"epoch": escalation.epoch, "step": escalations.stage(escalation=escalation)}
    answers = [
        escalations.escalate_now(escalation_id=escalation.pk, now=clock.now, by="Ada", **pressed) for _ in range(2)
    ]
    clock.run()
    assert answers == [True, False]
    assert receivers.told == [("Responder: Phone", "trigger"), ("Editor: Phone", "trigger")]


def test_a_button_of_before_the_acknowledgement_does_nothing(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    escalation = begin(policy_of([cast.responder], [cast.editor]), clock.now)
    escalations.pause(escalation_id=escalation.pk, now=clock.now, by="Ada")
    escalations.resume(escalation_id=escalation.pk, now=clock.now, by="Ada")
    assert not escalations.escalate_now(escalation_id=escalation.pk, epoch=1, step=0, now=clock.now, by="Ada")


def test_who_was_told_hears_of_a_new_severity_once(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    escalation = begin(policy_of([person_with(cast.responder, "Phone")]), clock.now)
    clock.run()
    worse = type(CONTENT).from_json({**CONTENT.to_json(), "severity_word": "Sev1"})
    for _ in range(2):
        escalations.retell(escalation_id=escalation.pk, content=worse, event=Event.UPDATE, now=clock.now)
    clock.run()
    assert receivers.told == [("Responder: Phone", "trigger"), ("Responder: Phone", "update")]
    assert receivers.sent[-1].message.severity_word == "Sev1"


def test_the_words_of_the_owner_replace_the_engines(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    escalation = begin(policy_of([person_with(cast.responder, "Phone")]), clock.now)
    clock.run()
    escalations.end(escalation_id=escalation.pk, now=clock.now, by="Ada")
    told = type(CONTENT).from_json({**CONTENT.to_json(), "text": "Ada rolled back"})
    escalations.retell(escalation_id=escalation.pk, content=told, event=Event.RESOLVE, now=clock.now)
    clock.run()
    assert [event for _, event in receivers.told] == ["trigger", "resolve"]
    assert receivers.sent[-1].message.text == "Ada rolled back"


def test_a_policy_edited_meanwhile_does_not_move_what_is_under_way(
    cast: Cast, clock: Clock, receivers: Receivers, now: datetime
) -> None:
    policy = policy_of([person_with(cast.responder, "Phone")], [person_with(cast.editor, "Phone")])
    begin(policy, clock.now)
    policy.steps.all().delete()
    clock.run(6 * MINUTE)
    assert [to for to, _ in receivers.told] == ["Responder: Phone", "Editor: Phone"]
