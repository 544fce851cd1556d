"""Somebody is told whatever becomes of places, people and schedules meanwhile, and never for nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.paging.listeners import forget_listener, register_listener
from incidents.paging.models import Escalation, EscalationEvent, Notification, NotificationRule
from incidents.paging.services import escalations
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.models import Channel
from reliability.outbox.models import Due
from tests.cast import Cast, ContactMethodFactory, PolicyStepFactory, ScheduleFactory, StepTargetFactory
from tests.paging.engine.conftest import MINUTE, Clock, Receivers, begin, person_with, policy_of, room
from tests.paging.policies.conftest import rota

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
BUSY = Outcome(Result.RETRY, "the receiver is busy", status=503)
SLOW = Outcome(Result.RETRY, "the receiver is busy", status=503, retry_after=20 * SECOND)
REFUSED = Outcome(Result.REFUSED, "no such number", status=404)


def flood(cast: Cast, clock: Clock, *titles: str, number: int = 10, delay: int = 240) -> list[Escalation]:
    policy = policy_of([person_with(cast.responder, *titles)], delay=delay)
    return [begin(policy, clock.now, subject=f"thing:{index}") for index in range(number)]


def only_phone_first(cast: Cast) -> None:
    """Told by the phone; the mail is known, and no rule names it."""
    phone, _ = cast.responder.contact_methods.order_by("position")
    NotificationRule.objects.create(user=cast.responder, urgency="urgent", delay_minutes=0, contact_method=phone)


def test_a_list_that_a_place_refuses_goes_to_the_persons_next_place(
    cast: Cast, clock: Clock, receivers: Receivers
) -> None:
    person_with(cast.responder, "Phone", "Mail")
    only_phone_first(cast)
    policy = policy_of([cast.responder], delay=240)
    runs = [begin(policy, clock.now, subject=f"thing:{index}") for index in range(10)]
    clock.run(SECOND)
    receivers.answers["Responder: Phone"] = [REFUSED]
    clock.run(MINUTE)
    assert receivers.told[-1] == ("Responder: Mail", "bundle")
    assert receivers.sent[-1].message.title == "6 more pages for you, worst Sev2"
    assert not Notification.objects.filter(purpose="page", sent_at=None).exists()
    escalations.end(escalation_id=runs[9].pk, now=clock.now, by="Ada")
    clock.run()
    assert receivers.told[-1][1] == "resolve"


def test_a_list_that_no_place_takes_brings_the_next_step_at_once(
    cast: Cast, clock: Clock, receivers: Receivers
) -> None:
    cast.responder.email = ""
    cast.responder.save()
    policy = policy_of([person_with(cast.responder, "Phone")], [person_with(cast.editor, "Phone")], delay=240)
    for index in range(10):
        begin(policy, clock.now, subject=f"thing:{index}")
    clock.run(SECOND)
    receivers.answers["Responder: Phone"] = [REFUSED]
    clock.run(2 * MINUTE)
    assert Escalation.objects.filter(step=1).count() == 6, "those of the list"
    assert ("Editor: Phone", "trigger") in receivers.told


def test_a_list_is_not_tried_again_when_all_of_it_has_ended(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    runs = flood(cast, clock, "Phone", number=6)
    clock.run(SECOND)
    receivers.answers["Responder: Phone"] = [BUSY]
    clock.run(17 * SECOND)
    assert [event for _, event in receivers.told].count("bundle") >= 1
    for escalation in runs:
        escalations.end(escalation_id=escalation.pk, now=clock.now, by="Ada")
    receivers.sent.clear()
    clock.run(2 * MINUTE)  # what is fresh is tried again every eight seconds at the latest
    assert "bundle" not in [event for _, event in receivers.told]


def test_news_of_former_incidents_do_not_count_as_pages(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    for escalation in flood(cast, clock, "Phone", number=2):
        clock.run()
        escalations.pause(escalation_id=escalation.pk, now=clock.now, by="Ada")
        clock.run()
        escalations.end(escalation_id=escalation.pk, now=clock.now, by="Ada")
        clock.run()
    receivers.sent.clear()
    begin(policy_of([cast.responder]), clock.now, subject="thing:later")
    clock.run()
    assert [event for _, event in receivers.told] == ["trigger"]


def test_pages_that_are_due_later_do_not_count_yet(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    person_with(cast.responder, "Phone")
    phone = cast.responder.contact_methods.get()
    rule = NotificationRule.objects.create(user=cast.responder, urgency="urgent", delay_minutes=3, contact_method=phone)
    policy = policy_of([cast.responder], delay=240)
    for index in range(4):
        begin(policy, clock.now, subject=f"thing:{index}")
    rule.delete()
    begin(policy, clock.now, subject="thing:now")
    clock.run()
    assert receivers.told == [("Responder: Phone", "trigger")]


def test_a_person_may_be_reminded_by_the_same_place(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    person_with(cast.responder, "Phone")
    for minutes in (0, 2, 4):
        NotificationRule.objects.create(
            user=cast.responder,
            urgency="urgent",
            delay_minutes=minutes,
            contact_method=cast.responder.contact_methods.get(),
        )
    escalation = begin(policy_of([cast.responder], delay=10), clock.now)
    clock.run(3 * MINUTE)
    assert receivers.told == [("Responder: Phone", "trigger")] * 2
    escalations.pause(escalation_id=escalation.pk, now=clock.now, by="Ada")
    clock.run(5 * MINUTE)
    assert receivers.told == [("Responder: Phone", "trigger")] * 2 + [("Responder: Phone", "acknowledge")]
    assert len({entry.message.idempotency_key for entry in receivers.sent}) == 3


def test_who_left_before_it_was_sent_is_not_told_and_the_next_step_comes_at_once(
    cast: Cast, clock: Clock, receivers: Receivers
) -> None:
    begin(policy_of([person_with(cast.responder, "Phone")], [person_with(cast.editor, "Phone")]), clock.now)
    cast.responder.is_active = False
    cast.responder.save()
    clock.run(2 * SECOND)
    assert receivers.told == [("Editor: Phone", "trigger")]


def test_who_left_is_not_told_how_it_goes_on(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    escalation = begin(policy_of([person_with(cast.responder, "Phone")]), clock.now)
    clock.run()
    cast.responder.is_active = False
    cast.responder.save()
    escalations.end(escalation_id=escalation.pk, now=clock.now, by="Ada")
    clock.run(MINUTE)
    assert receivers.told == [("Responder: Phone", "trigger")]


def test_a_schedule_that_was_deleted_reaches_nobody_and_the_next_step_comes_at_once(
    cast: Cast, clock: Clock, receivers: Receivers
) -> None:
    policy = policy_of([room("ops")])
    step = PolicyStepFactory(policy=policy, position=1)
    schedule = ScheduleFactory(team=cast.payments)
    StepTargetFactory(step=step, schedule=schedule)
    last = PolicyStepFactory(policy=policy, position=2)
    StepTargetFactory(step=last, user=person_with(cast.editor, "Phone"))
    begin(policy, clock.now)
    step.delete()
    schedule.delete()
    clock.run(6 * MINUTE)
    assert receivers.told == [("ops", "trigger"), ("Editor: Phone", "trigger")]


def test_a_rota_that_cannot_be_worked_out_does_not_keep_others_from_being_told(
    cast: Cast, clock: Clock, receivers: Receivers
) -> None:
    policy = policy_of([room("ops")])
    step = policy.steps.get()
    broken = {"time_zone": "Mars/Olympus", "layers": []}
    StepTargetFactory(step=step, schedule=ScheduleFactory(team=cast.payments, version__definition=rota(cast.editor)))
    StepTargetFactory(
        step=step, schedule=ScheduleFactory(team=cast.payments, title="Odd one", version__definition=broken)
    )
    person_with(cast.editor, "Phone")
    escalation = begin(policy, clock.now)
    clock.run()
    assert sorted(receivers.told) == [("Editor: Phone", "trigger"), ("ops", "trigger")]
    [words] = escalation.events.get(kind="step").data["unheard"]
    assert words.startswith("who is on call in Odd one cannot be worked out: ")
    assert "Mars/Olympus" in words


def test_an_address_that_no_parser_reads_does_not_stop_the_step(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    ContactMethodFactory(user=cast.responder, title="Odd", kind="apprise", config={"url": "json://[::1"})
    begin(policy_of([cast.responder, room("ops")]), clock.now)
    clock.run()
    assert ("ops", "trigger") in receivers.told


def test_a_channel_deleted_while_the_step_waits_brings_the_next_step_at_once(
    cast: Cast, clock: Clock, receivers: Receivers
) -> None:
    channel = room("ops")
    policy = policy_of([channel], [person_with(cast.editor, "Phone")])
    begin(policy, clock.now)
    policy.steps.all().delete()
    Channel.objects.filter(pk=channel.pk).delete()
    clock.run(2 * SECOND)
    assert receivers.told == [("Editor: Phone", "trigger")]


def test_what_was_sent_is_written_down_though_a_listener_fails(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    def broken(*, escalation: Escalation, event: EscalationEvent) -> None:
        if event.kind == "told":
            raise RuntimeError("no such incident")

    register_listener(broken)
    try:
        begin(policy_of([room("ops")], delay=60), clock.now)
        clock.run(10 * MINUTE)
    finally:
        forget_listener(broken)
    assert receivers.told == [("ops", "trigger")], "once"
    assert Notification.objects.get().state == "sent"


def test_a_last_resort_that_refuses_is_not_the_end_before_its_time(
    cast: Cast, clock: Clock, receivers: Receivers
) -> None:
    receivers.answers["ops"] = [REFUSED]
    receivers.answers["Administrator: Sign-in address"] = [REFUSED]
    escalation = begin(policy_of([room("ops")], team=cast.payments), clock.now)
    clock.run(20 * MINUTE)
    escalation.refresh_from_db()
    assert ("Administrator: Sign-in address", "trigger") in receivers.told
    assert (escalation.state, escalation.step) == ("active", 1)
    assert Due.objects.filter(kind="paging.step").exists()


def test_whoever_must_still_be_told_has_something_due(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    """At every moment of an outage of all receivers."""
    for name in ("ops", "Responder: Phone", "Administrator: Sign-in address", "Responder: Sign-in address"):
        receivers.answers[name] = [SLOW]
    begin(policy_of([person_with(cast.responder, "Phone")], [room("ops")], repeat=2, team=cast.payments), clock.now)
    for minutes in (2, 4, 6):
        clock.run(minutes * MINUTE)
        waiting = set(Notification.objects.filter(state="waiting").values_list("pk", flat=True))
        keys = {int(key) for key in Due.objects.filter(kind="paging.send").values_list("key", flat=True)}
        assert waiting == keys
        stepping = set(Escalation.objects.filter(state="active").values_list("pk", flat=True))
        assert stepping == {int(key) for key in Due.objects.filter(kind="paging.step").values_list("key", flat=True)}
