"""A storm: few messages to a place, and nothing lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import Settings

from incidents.paging.models import Escalation, Notification
from incidents.paging.services import escalations, links, list_links
from reliability.outbox.models import Due
from tests.cast import Cast
from tests.paging.engine.conftest import MINUTE, Clock, Receivers, begin, person_with, policy_of, room

pytestmark = pytest.mark.django_db


def flood(cast: Cast, clock: Clock, *, number: int, **fields: object) -> list[Escalation]:
    policy = policy_of([person_with(cast.responder, "Phone")], delay=240, **fields)
    return [begin(policy, clock.now, subject=f"thing:{index}") for index in range(number)]


def test_a_person_gets_few_messages_and_the_last_lists_the_rest(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    flood(cast, clock, number=40)
    clock.run(4 * MINUTE)
    assert [event for _, event in receivers.told] == ["trigger"] * 4 + ["bundle"]
    bundle = receivers.sent[-1].message
    assert bundle.title == "36 more pages for you, worst Sev2"
    assert bundle.text.count("Checkout fails") == 20
    assert bundle.text.endswith("… and 16 more")
    assert Notification.objects.filter(purpose="page", sent_at=None).count() == 0
    assert Notification.objects.filter(state="bundled", bundle__purpose="bundle").count() == 36


def test_pages_beyond_the_limit_have_no_due_row_of_their_own(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    flood(cast, clock, number=40)
    assert Due.objects.filter(kind="paging.send").count() == 5, "four pages, and the message that lists the rest"


def test_what_comes_after_is_listed_in_the_next_message_of_the_next_window(
    cast: Cast, clock: Clock, receivers: Receivers
) -> None:
    flood(cast, clock, number=10)
    clock.run(MINUTE)
    policy = policy_of([cast.responder], delay=240)
    late = [begin(policy, clock.now, subject=f"thing:late{index}") for index in range(3)]
    clock.run(3 * MINUTE)
    assert len(receivers.sent) == 5
    clock.run(2 * MINUTE)
    assert receivers.sent[5].message.title == "3 more pages for you, worst Sev2"
    assert all(page.notifications.get().sent_at is not None for page in late)


def test_what_ended_before_is_not_listed(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    runs = flood(cast, clock, number=8)
    for escalation in runs[6:]:
        escalations.end(escalation_id=escalation.pk, now=clock.now, by="Ada")
    clock.run(MINUTE)
    assert receivers.sent[-1].message.title == "2 more pages for you, worst Sev2"


def test_when_all_of_it_has_ended_nothing_is_sent(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    runs = flood(cast, clock, number=6)
    for escalation in runs[4:]:
        escalations.end(escalation_id=escalation.pk, now=clock.now, by="Ada")
    clock.run(MINUTE)
    assert [event for _, event in receivers.told] == ["trigger"] * 4


def test_who_was_told_in_a_list_hears_how_it_goes_on(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    runs = flood(cast, clock, number=6)
    clock.run(MINUTE)
    escalations.end(escalation_id=runs[5].pk, now=clock.now, by="Ada")
    clock.run()
    assert receivers.told[-1] == ("Responder: Phone", "resolve")


def test_a_machine_is_told_of_each(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    policy = policy_of([room("pagers", kind="pagerduty")], delay=240)
    for index in range(40):
        begin(policy, clock.now, subject=f"thing:{index}")
    clock.run(MINUTE)
    assert receivers.told == [("pagers", "trigger")] * 40


def test_a_chat_room_has_a_bound_of_its_own(cast: Cast, clock: Clock, receivers: Receivers, settings: Settings) -> None:
    settings.PAGES_PER_CHANNEL_MAX = 3
    policy = policy_of([room("ops", kind="slack")], delay=240)
    for index in range(10):
        begin(policy, clock.now, subject=f"thing:{index}")
    clock.run(MINUTE)
    assert [event for _, event in receivers.told] == ["trigger", "trigger", "bundle"]


def test_after_a_quiet_time_pages_come_one_by_one_again(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    flood(cast, clock, number=10)
    clock.run(timedelta(minutes=20))
    receivers.sent.clear()
    begin(policy_of([cast.responder]), clock.now, subject="thing:later")
    clock.run()
    assert [event for _, event in receivers.told] == ["trigger"]


def test_a_list_of_one_page_is_that_page_with_its_link(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    flood(cast, clock, number=5)
    clock.run(MINUTE)
    last = receivers.sent[-1].message
    assert (last.event.value, last.title) == ("trigger", "Checkout fails")
    assert last.subject_key.startswith("thing:4@"), "a mail lies in the thread of its incident"
    assert links.open(token=last.ack_url.split("/a/")[1].strip("/"), now=clock.now).subject == "thing:4"
    assert last.idempotency_key == Notification.objects.get(purpose="bundle").idempotency_key


def test_a_list_of_one_page_to_a_chat_room_has_its_buttons(
    cast: Cast, clock: Clock, receivers: Receivers, settings: Settings
) -> None:
    settings.PAGES_PER_CHANNEL_MAX = 3
    policy = policy_of([room("ops", kind="slack")], delay=240)
    for index in range(3):
        begin(policy, clock.now, subject=f"thing:{index}")
    clock.run(MINUTE)
    assert [action.name for action in receivers.sent[-1].message.actions][:2] == ["acknowledge", "escalate"]


def test_a_list_carries_a_link_to_all_of_it(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    runs = flood(cast, clock, number=8)
    clock.run(MINUTE)
    token = receivers.sent[-1].message.ack_url.split("/a/list/")[1].strip("/")
    opened = list_links.open(token=token, now=clock.now)
    assert opened.user == cast.responder
    assert [page.escalation_id for page in opened.pages] == [run.pk for run in runs[4:]]
    escalations.pause(escalation_id=runs[5].pk, now=clock.now, by="Ada")
    opened = list_links.open(token=token, now=clock.now)
    assert [page.is_waiting for page in opened.pages] == [True, False, True, True]


def test_updates_do_not_use_up_the_pages_of_a_person(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    first = flood(cast, clock, number=3)
    clock.run()
    for escalation in first:
        escalations.pause(escalation_id=escalation.pk, now=clock.now, by="Ada")
    clock.run()
    begin(policy_of([cast.responder], delay=240), clock.now, subject="thing:critical")
    clock.run()
    assert [event for _, event in receivers.told] == ["trigger"] * 3 + ["acknowledge"] * 3 + ["trigger"]
    assert receivers.sent[-1].message.ack_url


def test_whoever_did_it_is_not_told_of_it(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    both = [person_with(cast.responder, "Phone"), person_with(cast.editor, "Phone")]
    escalation = begin(policy_of(both), clock.now)
    clock.run()
    receivers.sent.clear()
    escalations.pause(escalation_id=escalation.pk, now=clock.now, by="Responder", by_user_id=cast.responder.pk)
    clock.run()
    escalations.end(escalation_id=escalation.pk, now=clock.now, by="Editor", by_user_id=cast.editor.pk)
    clock.run()
    assert receivers.told == [("Editor: Phone", "acknowledge"), ("Responder: Phone", "resolve")]
