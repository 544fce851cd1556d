"""Buttons pressed in Slack: forged, stale and replayed ones do nothing; true ones act as the person who pressed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from incidents.paging.services import links
from incidents.response.domain.phases import Status
from incidents.response.models import Incident, IncidentRole, TimelineEntry
from incidents.response.services import lifecycle
from reliability.access.models import AuditEntry
from reliability.channels.kinds.slack import people
from reliability.channels.models import Channel, ChatIdentity
from tests.cast import Cast
from tests.response.inbound import SIGNING_SECRET, channel_of, post_slack, slack_body
from tests.servers.receivers import HttpReceiver, Scripted, recording_http

Declare = Callable[..., Incident]
As = Callable[[str], Client]


@pytest.fixture(autouse=True)
def clock(now: datetime, settings: Settings) -> Iterator[time_machine.Traveller]:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    with time_machine.travel(now, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def slack() -> Iterator[HttpReceiver]:
    """Slack's side: where replies go, and where people are asked for."""
    with recording_http() as receiver:
        yield receiver


@pytest.fixture
def channel(cast: Cast, now: datetime) -> Channel:
    channel = channel_of(cast, "slack", {"webhook_url": "https://x.example.org/", "signing_secret": SIGNING_SECRET})
    ChatIdentity.objects.create(
        team=cast.payments, user=cast.responder, workspace="T9TK3CUKW", member="U2CERLKJA", created_at=now
    )
    return channel


@pytest.fixture
def press(channel: Channel, slack: HttpReceiver, now: datetime) -> Callable[..., HttpResponse]:
    def call(incident: Incident, action: str, *, value: str = "", **more: object) -> HttpResponse:
        value = value or value_of(incident, now)
        return post_slack(slack_body(action, value, response_url=f"{slack.url}/reply", **more), now=now)  # type: ignore[arg-type]  # whatever the payload holds

    return call


def value_of(incident: Incident, now: datetime) -> str:
    assert incident.escalation is not None
    return links.sign(escalation=incident.escalation, user_id=links.ANYBODY, now=now)


def test_acknowledge_acts_as_the_person_and_says_so_to_all(
    press: Callable[..., HttpResponse], slack: HttpReceiver, declare: Declare, cast: Cast
) -> None:
    incident = declare()
    answer = press(incident, "acknowledge")
    incident.refresh_from_db()
    assert (answer.status_code, incident.status) == (200, Status.ACKNOWLEDGED)
    assert TimelineEntry.objects.filter(incident=incident, author=cast.responder, data__via="Slack").exists()
    assert AuditEntry.objects.filter(action="incident.acknowledge", user_id=cast.responder.pk).exists()
    (reply,) = slack.wait_for(1)
    assert reply.json()["response_type"] == "in_channel"
    assert "Acknowledged by Responder via Slack" in reply.json()["text"]


def test_the_message_keeps_the_buttons_that_still_make_sense(
    press: Callable[..., HttpResponse], slack: HttpReceiver, declare: Declare
) -> None:
    names = ("acknowledge", "escalate", "resolve", "take_command", "open")
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Checkout fails"}},
        {"type": "actions", "elements": [{"type": "button", "action_id": name} for name in names]},
    ]
    press(declare(), "acknowledge", message={"blocks": blocks})
    body = slack.wait_for(1)[0].json()
    assert body["replace_original"] is True
    assert body["blocks"][0] == blocks[0]
    assert [button["action_id"] for button in body["blocks"][1]["elements"]] == ["resolve", "take_command", "open"]
    assert "Acknowledged by Responder" in body["blocks"][2]["elements"][0]["text"]


def test_take_command_and_resolve(press: Callable[..., HttpResponse], declare: Declare, cast: Cast) -> None:
    incident = declare()
    value = value_of(incident, incident.created_at)
    press(incident, "take_command", value=value)
    held = IncidentRole.objects.get(incident=incident, role="commander", left_at=None)
    assert held.user == cast.responder
    press(incident, "resolve", value=value)
    incident.refresh_from_db()
    assert incident.status == Status.RESOLVED


@pytest.mark.parametrize("action", ["acknowledge", "escalate"])
def test_a_stale_button_does_nothing_and_says_so(
    press: Callable[..., HttpResponse],
    slack: HttpReceiver,
    declare: Declare,
    cast: Cast,
    now: datetime,
    action: str,
) -> None:
    incident = declare()
    value = value_of(incident, now)
    lifecycle.acknowledge(caller=cast.caller("editor"), incident_id=incident.pk, now=now)
    lifecycle.unacknowledge(caller=cast.caller("editor"), incident_id=incident.pk, now=now)
    before = TimelineEntry.objects.filter(incident=incident).count()
    press(incident, action, value=value)
    incident.refresh_from_db()
    assert incident.status == Status.TRIGGERED
    assert TimelineEntry.objects.filter(incident=incident).count() == before
    reply = slack.wait_for(1)[0].json()
    assert reply["response_type"] == "ephemeral"
    assert "moved on" in reply["text"]


def test_a_button_of_another_teams_incident_does_nothing(
    press: Callable[..., HttpResponse], slack: HttpReceiver, declare: Declare, cast: Cast
) -> None:
    theirs = declare(caller=cast.caller("outsider"), team_id=cast.search.pk)
    press(theirs, "acknowledge")
    theirs.refresh_from_db()
    assert theirs.status == Status.TRIGGERED
    assert "no such incident" in slack.wait_for(1)[0].json()["text"]


def test_somebody_who_may_not_respond_is_told_so(
    press: Callable[..., HttpResponse], slack: HttpReceiver, declare: Declare, cast: Cast
) -> None:
    ChatIdentity.objects.update(user=cast.viewer)
    incident = declare()
    press(incident, "acknowledge")
    incident.refresh_from_db()
    assert incident.status == Status.TRIGGERED
    assert "this needs the role responder" in slack.wait_for(1)[0].json()["text"]


def test_an_altered_button_does_nothing(
    press: Callable[..., HttpResponse], slack: HttpReceiver, declare: Declare, now: datetime
) -> None:
    incident = declare()
    press(incident, "acknowledge", value=value_of(incident, now)[:-2] + "xx")
    incident.refresh_from_db()
    assert incident.status == Status.TRIGGERED
    assert "not one of ours" in slack.wait_for(1)[0].json()["text"]


def test_a_forged_press_is_refused_and_logged(
    channel: Channel, declare: Declare, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    incident = declare()
    body = slack_body("acknowledge", value_of(incident, now))
    with caplog.at_level(logging.WARNING):
        assert post_slack(body, now=now, secret="0" * 32).status_code == 401
        assert post_slack(body, now=now, name="another").status_code == 401
        bare = Client().post("/inbound/slack/payments-slack/", body, content_type="application/x-www-form-urlencoded")
        assert bare.status_code == 401
    incident.refresh_from_db()
    assert incident.status == Status.TRIGGERED
    assert caplog.text.count("forged") == 3
    assert SIGNING_SECRET not in caplog.text


@pytest.mark.parametrize("ago", [timedelta(minutes=6), timedelta(minutes=-6)], ids=["too old", "from the future"])
def test_a_stale_press_is_refused(channel: Channel, declare: Declare, now: datetime, ago: timedelta) -> None:
    incident = declare()
    answer = post_slack(slack_body("acknowledge", value_of(incident, now)), now=now, ago=ago)
    incident.refresh_from_db()
    assert (answer.status_code, incident.status) == (401, Status.TRIGGERED)


def test_a_replayed_press_does_nothing(channel: Channel, declare: Declare, cast: Cast, now: datetime) -> None:
    incident = declare()
    body = slack_body("resolve", value_of(incident, now))
    post_slack(body, now=now)
    lifecycle.reopen(caller=cast.caller("responder"), incident_id=incident.pk, now=now)
    answer = post_slack(body, now=now)
    incident.refresh_from_db()
    assert (answer.status_code, answer.content) == (200, b'{"outcome": "replayed"}')
    assert incident.status == Status.TRIGGERED


@pytest.mark.parametrize(
    "more",
    [{"type": "view_submission"}, {"actions": []}, {"actions": [{"action_id": "open"}]}],
    ids=["an unknown type", "without an action", "a link that was opened"],
)
def test_what_is_no_press_is_taken_and_ignored(
    press: Callable[..., HttpResponse], declare: Declare, more: dict[str, object]
) -> None:
    answer = press(declare(), "acknowledge", **more)
    assert (answer.status_code, answer.content) == (200, b'{"outcome": "ignored"}')


@pytest.mark.parametrize("body", [b"", b"payload=", b"payload=[]", b"payload=nonsense", b"\xff\xfe"])
def test_signed_nonsense_is_refused_as_such(channel: Channel, now: datetime, body: bytes) -> None:
    assert post_slack(body, now=now).status_code == 400


def test_a_stranger_connects_once_and_then_acts(
    press: Callable[..., HttpResponse],
    slack: HttpReceiver,
    declare: Declare,
    cast: Cast,
    as_: As,
    now: datetime,
    clock: time_machine.Traveller,
) -> None:
    ChatIdentity.objects.all().delete()
    incident = declare()
    assert press(incident, "acknowledge").content == b'{"outcome": "stranger"}'
    incident.refresh_from_db()
    assert incident.status == Status.TRIGGERED
    link = slack.wait_for(1)[0].json()["text"].partition("<")[2].partition("|")[0]
    path = urlsplit(link).path
    assert as_("outsider").post(path).status_code == 403
    assert as_("editor").get(path).status_code == 200
    assert not ChatIdentity.objects.exists()
    assert as_("editor").post(path).status_code == 302
    clock.shift(1)
    post_slack(slack_body("acknowledge", value_of(incident, now)), now=now + timedelta(seconds=1))
    incident.refresh_from_db()
    assert incident.acknowledged_by_name == "Editor"
    clock.shift(15 * 60)
    assert as_("editor").get(path).status_code == 422


def test_a_member_is_recognised_by_the_email_that_slack_knows(
    cast: Cast, declare: Declare, now: datetime, slack: HttpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "API_URL", f"{slack.url}/api")
    profile = b'{"ok":true,"user":{"id":"U7","profile":{"email":"Responder@example.org"}}}'
    slack.script.append(Scripted(200, profile))
    channel_of(cast, "slack", {"signing_secret": SIGNING_SECRET, "bot_token": "xoxb-1"})
    incident = declare()
    post_slack(slack_body("acknowledge", value_of(incident, now), member="U7"), now=now)
    incident.refresh_from_db()
    assert incident.acknowledged_by_name == "Responder"
    (asked,) = slack.received
    assert (asked.target, asked.header("Authorization")) == ("/api/users.info?user=U7", "Bearer xoxb-1")


def test_an_identity_holds_for_its_team_only(cast: Cast, channel: Channel, declare: Declare, now: datetime) -> None:
    """Whoever runs another team's chat cannot press here in a member's name."""
    channel_of(cast, "slack", {"signing_secret": SIGNING_SECRET}, team=cast.search, name="search-slack")
    incident = declare()
    body = slack_body("acknowledge", value_of(incident, now))
    assert post_slack(body, now=now, name="search-slack").content == b'{"outcome": "stranger"}'
