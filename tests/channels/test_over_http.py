"""Kinds that speak HTTP: what goes over the wire, byte for byte, and what each answer means."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from reliability.channels.domain.message import Event, Message
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.kinds.place import Place
from reliability.channels.kinds.registry import kind_of
from reliability.channels.kinds.webhook.signing import signature
from tests.channels.conftest import SECRETS, assert_golden, wire
from tests.servers.receivers import Fault, HttpReceiver, Scripted

Receiver = Callable[..., HttpReceiver]
Messages = Callable[..., Message]
KINDS = ("slack", "teams", "webhook", "ntfy", "pagerduty")
ACCEPTED = b'{"status":"success","message":"Event processed","dedup_key":"incident:42"}'


def place_at(kind: str, url: str) -> Place:
    config: dict[str, Any] = {"webhook": {"url": f"{url}/hook"}, "ntfy": {"server": url}}.get(kind, {"events_url": url})
    secret = f"{url}/services/T000/B000/s3cr3t-path"
    secrets = SECRETS.get(kind) or {"webhook_url": secret, "signing_secret": "8f742231b10e8888abcd99yyyzzz85a5"}
    return Place(name=f"{kind} place", config=config, secrets=secrets)


def tell(kind: str, url: str, message: Message, now: datetime) -> Outcome:
    return kind_of(kind).send(place=place_at(kind, url), message=message, now=now)


@pytest.mark.parametrize("event", [Event.TRIGGER, Event.ACKNOWLEDGE, Event.RESOLVE, Event.SHIFT])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_sent_is_the_golden_file(
    kind: str, event: Event, receiver: Receiver, message: Messages, now: datetime
) -> None:
    server = receiver(Scripted(202, ACCEPTED))
    outcome = tell(kind, server.url, message(event=event), now)
    assert (outcome.result, outcome.status) == (Result.DELIVERED, 202)
    (request,) = server.received
    assert_golden(f"{kind}-{event.value}.http", wire(request))


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (200, Result.DELIVERED),
        (301, Result.REFUSED),
        (307, Result.REFUSED),
        (400, Result.REFUSED),
        (401, Result.REFUSED),
        (404, Result.REFUSED),
        (408, Result.RETRY),
        (410, Result.REFUSED),
        (413, Result.REFUSED),
        (429, Result.RETRY),
        (500, Result.RETRY),
        (501, Result.REFUSED),
        (503, Result.RETRY),
        (504, Result.RETRY),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_each_status_says_what_to_do_next_after_one_request(
    kind: str, status: int, result: Result, receiver: Receiver, message: Messages, now: datetime
) -> None:
    server = receiver(Scripted(status, ACCEPTED, {"Location": "https://elsewhere.example.org/x"}))
    outcome = tell(kind, server.url, message(), now)
    assert outcome.result is result
    assert str(status) in outcome.reason or result is Result.DELIVERED
    assert len(server.received) == 1  # no kind tries again on its own


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("7", timedelta(seconds=7)),
        ("Mon, 02 Mar 2026 12:00:45 GMT", timedelta(seconds=45)),
        ("Mon, 02 Mar 2026 11:00:00 GMT", timedelta()),
        ("999999", timedelta(hours=1)),
        ("soon", None),
    ],
    ids=["seconds", "a date", "a date that has passed", "longer than is waited", "nonsense"],
)
@pytest.mark.parametrize("kind", KINDS)
def test_retry_after_is_honoured(
    kind: str, header: str, wait: timedelta | None, receiver: Receiver, message: Messages, now: datetime
) -> None:
    server = receiver(Scripted(429, b"slow down", {"Retry-After": header}))
    outcome = tell(kind, server.url, message(), now)
    assert (outcome.result, outcome.retry_after) == (Result.RETRY, wait)
    assert "slow down" in outcome.answer


@pytest.mark.parametrize("kind", KINDS)
def test_a_receiver_that_drops_after_reading_may_have_it(
    kind: str, receiver: Receiver, message: Messages, now: datetime
) -> None:
    server = receiver(Scripted(fault=Fault.DROP_AFTER))
    outcome = tell(kind, server.url, message(), now)
    assert outcome.result is Result.UNKNOWN
    assert len(server.received) == 1
    assert "services" not in outcome.reason  # the address is the secret


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_there_is_tried_again(kind: str, receiver: Receiver, message: Messages, now: datetime) -> None:
    outcome = tell(kind, "http://127.0.0.1:1", message(), now)
    assert (outcome.result, outcome.reason) == (Result.RETRY, "127.0.0.1 cannot be reached")


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_that_never_ends_is_cut_and_its_status_counts(
    kind: str, receiver: Receiver, message: Messages, now: datetime
) -> None:
    server = receiver(Scripted(503, b"x" * 5_000_000))
    outcome = tell(kind, server.url, message(), now)
    assert (outcome.result, outcome.status) == (Result.RETRY, 503)
    assert len(outcome.answer) <= 8000


def test_a_webhook_is_signed_as_receivers_check_it() -> None:
    """The vector is that of the Standard Webhooks libraries, so what they compute is what we send."""
    from_the_specification = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert from_the_specification == signature(
        secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        identity="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        content=b'{"test": 2432232314}',
    )


def test_while_secrets_rotate_both_sign(receiver: Receiver, message: Messages, now: datetime) -> None:
    server = receiver(Scripted(200))
    place = place_at("webhook", server.url)
    both = {**place.secrets, "former_secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQIhrs="}
    kind_of("webhook").send(place=Place(place.name, place.config, both), message=message(), now=now)
    present, former = server.received[0].header("webhook-signature").split()
    assert present.startswith("v1,")
    assert former.startswith("v1,")
    assert present != former


def test_an_old_teams_connector_that_says_yes_and_fails_is_not_believed(
    receiver: Receiver, message: Messages, now: datetime
) -> None:
    said = (
        b"Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId x"
    )
    outcome = tell("teams", receiver(Scripted(200, said)).url, message(), now)
    assert outcome.result is Result.RETRY


def test_something_else_behind_pagerdutys_address_is_noticed(
    receiver: Receiver, message: Messages, now: datetime
) -> None:
    outcome = tell("pagerduty", receiver(Scripted(200, b"<html>Welcome</html>")).url, message(), now)
    assert outcome.result is Result.UNKNOWN
    assert "is this its events address?" in outcome.reason


def test_a_test_of_pagerduty_leaves_no_incident_open(receiver: Receiver, message: Messages, now: datetime) -> None:
    server = receiver(Scripted(202, ACCEPTED))
    outcome = tell("pagerduty", server.url, message(event=Event.TEST), now)
    assert [request.json()["event_action"] for request in server.received] == ["trigger", "resolve"]
    assert "opened and resolved" in outcome.reason


def test_buttons_are_shown_only_where_presses_are_believed(
    receiver: Receiver, message: Messages, now: datetime
) -> None:
    server = receiver(Scripted(200))
    place = place_at("slack", server.url)
    without = Place(place.name, place.config, {"webhook_url": place.secrets["webhook_url"]})
    kind_of("slack").send(place=without, message=message(), now=now)
    (actions,) = [block for block in server.received[0].json()["blocks"] if block["type"] == "actions"]
    shown = [(button["action_id"], button.get("url")) for button in actions["elements"]]
    assert shown == [("acknowledge_link", message().ack_url), ("open", message().url)], "of a person, whose link it is"
