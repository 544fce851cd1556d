"""Notices of shifts: to the person, once, by day."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import resolve

from incidents.oncall.models import Swap
from incidents.oncall.services.notices import SHIFT_BEGAN, SHIFT_COMING
from incidents.oncall.services.swaps import SWAP_CHANGED
from incidents.paging.models import Notification, QuietHours
from reliability.kit.instants import format_instant
from reliability.outbox.services.facts import emit
from tests.cast import Cast, ScheduleFactory
from tests.paging.engine.conftest import Clock, Receivers, person_with

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def shift(cast: Cast, *, start: datetime, end: datetime | None) -> dict[str, Any]:
    return {
        "schedule_id": 7,
        "schedule": "primary",
        "title": "Payments primary",
        "team_id": cast.payments.pk,
        "user_id": cast.responder.pk,
        "start": format_instant(start),
        "end": None if end is None else format_instant(end),
    }


def hear(clock: Clock, kind: str, payload: dict[str, Any]) -> None:
    emit(kind=kind, payload=payload, now=clock.now)
    clock.run()


def leads_to_schedule(url: str) -> bool:
    page = resolve(urlsplit(url).path)
    return (page.url_name, page.kwargs) == ("oncall-schedule", {"slug": "primary"})


def test_who_goes_on_call_is_told_in_their_own_time(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    person_with(cast.responder, "Phone", "Mail")
    cast.responder.time_zone = "Europe/Berlin"
    cast.responder.save()
    hear(clock, SHIFT_BEGAN, shift(cast, start=clock.now, end=clock.now + 12 * HOUR))
    (sent,) = receivers.sent
    assert (sent.to, sent.message.event, sent.message.title) == (
        "Responder: Phone",
        "shift",
        "You are on call: Payments primary",
    )
    assert sent.message.text == "Your shift began Mon 2 Mar 13:00 CET and lasts until Tue 3 Mar 01:00 CET."
    assert leads_to_schedule(sent.message.url)
    assert sent.message.ack_url == ""


def test_a_shift_to_come_is_told_before_and_the_beginning_again(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    coming = shift(cast, start=clock.now + HOUR, end=None)
    hear(clock, SHIFT_COMING, coming)
    hear(clock, SHIFT_COMING, coming)
    clock.now += HOUR
    hear(clock, SHIFT_BEGAN, coming)
    assert [entry.message.title for entry in receivers.sent] == [
        "Your shift in Payments primary comes",
        "You are on call: Payments primary",
    ]


def test_a_notice_waits_for_the_end_of_quiet_hours(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    QuietHours.objects.create(user=cast.responder, start=time(11), end=time(14))
    hear(clock, SHIFT_BEGAN, shift(cast, start=clock.now, end=clock.now + 12 * HOUR))
    assert receivers.sent == []
    clock.run(2 * HOUR)
    assert len(receivers.sent) == 1


@pytest.mark.parametrize(
    ("kind", "start", "end"),
    [
        pytest.param(SHIFT_BEGAN, -9 * HOUR, -HOUR, id="it is over"),
        pytest.param(SHIFT_COMING, -HOUR, HOUR, id="it has begun"),
    ],
)
def test_a_notice_that_comes_too_late_is_none(
    cast: Cast, clock: Clock, receivers: Receivers, kind: str, start: timedelta, end: timedelta
) -> None:
    hear(clock, kind, shift(cast, start=clock.now + start, end=clock.now + end))
    assert not Notification.objects.exists()


@pytest.mark.parametrize(
    ("state", "to", "words"),
    [
        pytest.param("offered", "Editor", "Responder offers you a shift: Primary", id="an offer to whom it was made"),
        pytest.param("accepted", "Responder", "Editor takes your shift: Primary", id="an answer to who offered"),
        pytest.param("declined", "Responder", "Editor does not take your shift: Primary", id="a refusal, too"),
    ],
)
def test_the_two_of_a_swap_hear_of_each_other(
    cast: Cast, clock: Clock, receivers: Receivers, state: str, to: str, words: str
) -> None:
    swap = Swap.objects.create(
        schedule=ScheduleFactory(team=cast.payments, slug="primary"),
        offered_by=cast.responder,
        offered_to=cast.editor,
        start_at=datetime(2026, 3, 9, tzinfo=UTC),
        end_at=datetime(2026, 3, 10, tzinfo=UTC),
        state=state,
        created_at=clock.now,
    )
    hear(clock, SWAP_CHANGED, {"swap_id": swap.pk, "schedule_id": swap.schedule_id, "state": state})
    (sent,) = receivers.sent
    assert (sent.to.partition(":")[0], sent.message.title) == (to, words)
    assert leads_to_schedule(sent.message.url)
