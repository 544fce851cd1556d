"""PagerDuty is asked how its incidents are, in case a webhook was lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django import Settings

from incidents.paging.models import Notification
from incidents.response.domain.phases import Status
from incidents.response.models import Incident
from incidents.response.services.pagerduty_reconciling import reconcile
from reliability.channels.models import Channel
from tests.cast import Cast
from tests.response.inbound import channel_of
from tests.servers.receivers import HttpReceiver, Scripted, recording_http

Declare = Callable[..., Incident]
LATER = timedelta(minutes=5)


@pytest.fixture
def pagerduty(settings: Settings) -> Iterator[HttpReceiver]:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    with recording_http() as receiver:
        yield receiver


@pytest.fixture
def channel(cast: Cast, pagerduty: HttpReceiver) -> Channel:
    secrets = {"routing_key": "R" * 32, "rest_token": "y_NbAkKc66ryYTWUXYEu"}
    return channel_of(cast, "pagerduty", secrets, config={"rest_url": pagerduty.url})


def told(incident: Incident, channel: Channel, *, at: datetime, **fields: Any) -> Notification:
    number = Notification.objects.count()
    wanted: dict[str, Any] = {
        "key": f"told-{number}",
        "idempotency_key": f"told-{number}",
        "escalation": incident.escalation,
        "channel": channel,
        "purpose": "page",
        "event": "trigger",
        "urgency": "urgent",
        "place": "PagerDuty",
        "state": "sent",
        "sent_at": at,
        "created_at": at,
        "due_at": at,
    }
    return Notification.objects.create(**(wanted | fields))


def answers(pagerduty: HttpReceiver, status: str, at: datetime, **more: Any) -> None:
    found = {
        "id": "PGR0VU2",
        "status": status,
        "last_status_change_at": at.isoformat(),
        "last_status_change_by": {"type": "user_reference", "summary": "Tenex Engineer"},
        **more,
    }
    pagerduty.script[:] = [Scripted(200, json.dumps({"incidents": [found]}).encode())]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("acknowledged", Status.ACKNOWLEDGED), ("resolved", Status.RESOLVED), ("triggered", Status.TRIGGERED)],
)
def test_what_was_done_there_is_done_here(
    channel: Channel, pagerduty: HttpReceiver, declare: Declare, now: datetime, theirs: str, ours: Status
) -> None:
    incident = declare()
    told(incident, channel, at=now)
    answers(pagerduty, theirs, now + timedelta(minutes=1))
    assert reconcile(now=now + LATER) == int(ours != Status.TRIGGERED)
    incident.refresh_from_db()
    assert incident.status == ours
    (asked,) = pagerduty.received
    assert asked.header("Authorization") == "Token token=y_NbAkKc66ryYTWUXYEu"
    assert parse_qs(urlsplit(asked.target).query)["incident_key"] == [f"incident:{incident.pk}@localhost"]


def test_a_state_from_before_we_told_it_last_is_not_believed(
    channel: Channel, pagerduty: HttpReceiver, declare: Declare, now: datetime
) -> None:
    """After a reopening PagerDuty still shows the old resolution, until it has the new trigger."""
    incident = declare()
    told(incident, channel, at=now)
    answers(pagerduty, "resolved", now - timedelta(minutes=1))
    assert reconcile(now=now + LATER) == 0
    incident.refresh_from_db()
    assert incident.status == Status.TRIGGERED


@pytest.mark.parametrize(
    "fields",
    [{"state": "waiting", "sent_at": None}, {"event": "update"}],
    ids=["before it has the trigger", "when it was only told of an update"],
)
def test_what_pagerduty_does_not_know_is_not_asked_for(
    channel: Channel, pagerduty: HttpReceiver, declare: Declare, now: datetime, fields: dict[str, Any]
) -> None:
    told(declare(), channel, at=now, **fields)
    assert reconcile(now=now + LATER) == 0
    assert pagerduty.received == []


def test_without_a_token_nothing_is_asked(cast: Cast, pagerduty: HttpReceiver, declare: Declare, now: datetime) -> None:
    channel = channel_of(cast, "pagerduty", {"routing_key": "R" * 32}, config={"rest_url": pagerduty.url})
    told(declare(), channel, at=now)
    assert reconcile(now=now + LATER) == 0
    assert pagerduty.received == []


@pytest.mark.parametrize(
    "answer",
    [
        Scripted(401),
        Scripted(429, headers={"Retry-After": "60"}),
        Scripted(503),
        Scripted(200, b"<html>"),
        Scripted(200, b"[]"),
    ],
    ids=["a wrong token", "too many", "out of order", "no JSON", "another shape"],
)
def test_an_answer_that_is_no_use_changes_nothing_and_is_asked_once(
    channel: Channel, pagerduty: HttpReceiver, declare: Declare, now: datetime, answer: Scripted
) -> None:
    incident = declare()
    told(incident, channel, at=now)
    pagerduty.script[:] = [answer]
    assert reconcile(now=now + LATER) == 0
    incident.refresh_from_db()
    assert incident.status == Status.TRIGGERED
    assert len(pagerduty.received) == 1


def test_a_channel_that_does_not_answer_costs_the_others_nothing(
    cast: Cast, channel: Channel, pagerduty: HttpReceiver, declare: Declare, now: datetime
) -> None:
    secrets = {"routing_key": "R" * 32, "rest_token": "other"}
    dead = channel_of(cast, "pagerduty", secrets, name="dead", config={"rest_url": "http://127.0.0.1:1"})
    first, second = declare(), declare("Search fails")
    told(first, dead, at=now)
    told(second, channel, at=now)
    answers(pagerduty, "acknowledged", now + timedelta(minutes=1))
    assert reconcile(now=now + LATER) == 1
    second.refresh_from_db()
    assert second.status == Status.ACKNOWLEDGED


def test_it_asks_about_the_newest_up_to_the_bound(
    channel: Channel, pagerduty: HttpReceiver, declare: Declare, now: datetime, settings: Settings
) -> None:
    settings.PAGERDUTY_ASKED_MAX = 2
    for number in range(3):
        told(declare(f"Number {number}"), channel, at=now + timedelta(seconds=number))
    answers(pagerduty, "triggered", now + timedelta(minutes=1))
    reconcile(now=now + LATER)
    assert len(pagerduty.received) == 2
