"""Messages: sent under one key however often, never after they have become void, and by another place in time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.paging.models import Escalation, Notification, NotificationAttempt
from incidents.paging.services import delivery, escalations
from incidents.paging.services.delivery_preparing import prepare
from reliability.channels.domain.outcome import Outcome, Result
from reliability.outbox.models import Due
from tests.cast import Cast
from tests.paging.engine.conftest import MINUTE, Clock, Receivers, begin, person_with, policy_of, room

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
BUSY = Outcome(Result.RETRY, "the receiver is busy", status=503)
REFUSED = Outcome(Result.REFUSED, "no such number", status=404)


def attempts() -> list[tuple[int, str]]:
    return list(NotificationAttempt.objects.order_by("number").values_list("number", "outcome"))


def test_what_was_taken_is_written_down(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    begin(policy_of([room("ops")]), clock.now)
    clock.run()
    notification = Notification.objects.get()
    assert (notification.state, notification.external_id, notification.sent_at) == ("sent", "x1", clock.now)
    assert (notification.purpose, notification.step, notification.place) == ("page", 0, "Ops")
    assert attempts() == [(1, "delivered")]
    assert NotificationAttempt.objects.get().status == 202
    assert not Due.objects.filter(kind="paging.send").exists()


def test_a_busy_receiver_is_tried_again_under_the_same_key(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    receivers.answers["ops"] = [
        BUSY,
        Outcome(Result.UNKNOWN, "it closed the connection"),
        Outcome(Result.DELIVERED, ""),
    ]
    begin(policy_of([room("ops")]), clock.now)
    clock.run(30 * SECOND)
    assert attempts() == [(1, "retry"), (2, "unknown"), (3, "delivered")]
    assert len({entry.message.idempotency_key for entry in receivers.sent}) == 1


def test_a_receiver_that_recovers_is_told_within_ten_seconds(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    receivers.answers["ops"] = [BUSY]
    begin(policy_of([room("ops")], delay=60), clock.now)
    clock.run(5 * MINUTE)
    receivers.answers["ops"] = []
    recovered_at = clock.now
    clock.run(10 * SECOND)
    assert Notification.objects.get().state == "sent"
    assert NotificationAttempt.objects.order_by("-number")[0].began_at - recovered_at <= 10 * SECOND


def test_what_the_receiver_asks_to_wait_is_honoured_and_the_next_place_told_meanwhile(
    cast: Cast, clock: Clock, receivers: Receivers
) -> None:
    receivers.answers["Responder: Pager"] = [
        Outcome(Result.RETRY, "too many", status=429, retry_after=40 * SECOND),
        Outcome(Result.DELIVERED, ""),
    ]
    person_with(cast.responder, "Pager", "Mail")
    rule(cast, "Pager", delay=0)
    rule(cast, "Mail", delay=10)
    begin(policy_of([cast.responder]), clock.now)
    clock.run(39 * SECOND)
    assert [to for to, _ in receivers.told] == ["Responder: Pager", "Responder: Mail"], "Mail ten minutes early"
    clock.run(SECOND)
    assert [to for to, _ in receivers.told][2:] == ["Responder: Pager"]


def test_a_refusal_brings_the_next_place_of_the_person_at_once(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    receivers.answers["Responder: Pager"] = [REFUSED]
    person_with(cast.responder, "Pager", "Mail")
    rule(cast, "Pager", delay=0)
    rule(cast, "Mail", delay=10)
    escalation = begin(policy_of([cast.responder]), clock.now)
    clock.run()
    assert [to for to, _ in receivers.told] == ["Responder: Pager", "Responder: Mail"]
    assert list(escalation.events.values_list("kind", flat=True)) == ["began", "step", "failed", "told"]


def test_after_all_places_comes_the_sign_in_address_and_then_the_next_step(
    cast: Cast, clock: Clock, receivers: Receivers
) -> None:
    receivers.answers["Responder: Pager"] = [REFUSED]
    receivers.answers["Responder: Sign-in address"] = [REFUSED]
    begin(policy_of([person_with(cast.responder, "Pager")], [person_with(cast.editor, "Phone")]), clock.now)
    clock.run(SECOND)
    assert [to for to, _ in receivers.told] == ["Responder: Pager", "Responder: Sign-in address", "Editor: Phone"]


def test_what_is_worth_nothing_any_more_is_given_up_with_an_event(
    cast: Cast, clock: Clock, receivers: Receivers
) -> None:
    receivers.answers["ops"] = [BUSY]
    escalation = begin(policy_of([room("ops")], delay=600), clock.now)
    clock.run(2 * timedelta(hours=1))
    notification = Notification.objects.filter(place="Ops").get()
    assert notification.state == "given_up"
    assert notification.attempts < 150, "pauses grow"
    assert "tried" in notification.state_reason
    assert escalation.events.filter(kind="failed").count() == 1


def test_an_acknowledgement_between_two_tries_ends_them(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    receivers.answers["ops"] = [BUSY]
    escalation = begin(policy_of([room("ops")]), clock.now)
    clock.run()
    receivers.answers["ops"] = []
    escalations.pause(escalation_id=escalation.pk, now=clock.now, by="Ada")
    clock.run(MINUTE)
    assert receivers.told == [("ops", "trigger"), ("ops", "acknowledge")], "the first may have arrived"


def test_an_acknowledgement_while_it_is_being_sent_is_told_after_it(
    cast: Cast, clock: Clock, receivers: Receivers
) -> None:
    escalation = begin(policy_of([room("ops")]), clock.now)
    receivers.during = lambda: escalations.pause(escalation_id=escalation.pk, now=clock.now, by="Ada")
    clock.run()
    assert receivers.told == [("ops", "trigger"), ("ops", "acknowledge")]
    assert Notification.objects.get(purpose="page").state == "sent"


def test_the_log_says_who_was_told_what_and_how(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    receivers.answers["ops"] = [REFUSED]
    escalation = begin(policy_of([person_with(cast.responder, "Mail"), room("ops")]), clock.now)
    clock.run()
    escalations.pause(escalation_id=escalation.pk, now=clock.now, by="Ben via Slack")
    clock.run()
    told = escalation.events.filter(kind__in=("told", "failed")).order_by("pk")
    assert sorted(told.values_list("text", flat=True)) == [
        "Ops refused the message (page): no such number",
        "Told Responder by Mail (page)",
        "Told Responder by Mail that it was acknowledged by Ben via Slack",
    ]


def test_a_resolution_overtakes_an_acknowledgement_that_is_still_waiting(
    cast: Cast, clock: Clock, receivers: Receivers
) -> None:
    escalation = begin(policy_of([room("ops")]), clock.now)
    clock.run()
    escalations.pause(escalation_id=escalation.pk, now=clock.now, by="Ada")
    escalations.end(escalation_id=escalation.pk, now=clock.now, by="Ada")
    clock.run(MINUTE)
    assert receivers.told == [("ops", "trigger"), ("ops", "resolve")]


def test_a_try_without_an_end_is_unknown_and_sent_again_under_the_same_key(
    cast: Cast, clock: Clock, receivers: Receivers
) -> None:
    """As a worker leaves it that was killed while it sent."""
    begin(policy_of([room("ops")]), clock.now)
    notification = Notification.objects.get()
    first = prepare(notification_id=notification.pk, now=clock.now)
    assert not isinstance(first, type(None))
    clock.run()
    assert attempts() == [(1, "unknown"), (2, "delivered")]
    assert receivers.sent[0].message.idempotency_key == notification.idempotency_key


def test_two_workers_with_the_same_message_record_one_delivery(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    escalation = begin(policy_of([room("ops")]), clock.now)
    notification = Notification.objects.get()

    def another_worker() -> None:
        delivery.deliver(notification_id=notification.pk, now=clock.now, clock=clock)

    receivers.during = another_worker
    clock.run()
    assert {entry.message.idempotency_key for entry in receivers.sent} == {notification.idempotency_key}
    assert escalation.events.filter(kind="told").count() == 1


def test_a_mistake_of_ours_in_a_kind_is_no_silence(
    cast: Cast, clock: Clock, receivers: Receivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> Outcome:
        raise KeyError("nobody thought of this")

    monkeypatch.setattr(delivery, "tell_channel", broken)
    begin(policy_of([room("ops"), person_with(cast.responder, "Phone")]), clock.now)
    clock.run(5 * SECOND)
    assert receivers.told == [("Responder: Phone", "trigger")]
    assert set(NotificationAttempt.objects.filter(notification__place="Ops").values_list("outcome", flat=True)) == {
        "unknown"
    }


def test_a_place_that_was_removed_is_refused(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    channel = room("ops")
    escalation = begin(policy_of([channel]), clock.now)
    Escalation.objects.filter(pk=escalation.pk).update(policy=None)
    Notification.objects.update(channel=None)
    clock.run()
    assert Notification.objects.filter(place="Ops").get().state == "refused"


def test_a_person_gets_a_link_of_their_own_and_a_channel_gets_buttons(
    cast: Cast, clock: Clock, receivers: Receivers
) -> None:
    begin(policy_of([person_with(cast.responder, "Phone"), room("ops")]), clock.now)
    clock.run()
    person, channel = (entry.message for entry in receivers.sent)
    assert "/a/" in person.ack_url
    assert person.actions == ()
    assert channel.ack_url == ""
    assert [action.name for action in channel.actions] == ["acknowledge", "escalate", "resolve", "take_command"]


def rule(cast: Cast, title: str, *, delay: int) -> None:
    cast.responder.notification_rules.create(
        urgency="urgent", delay_minutes=delay, contact_method=cast.responder.contact_methods.get(title=title)
    )
