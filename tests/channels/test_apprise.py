"""Services that apprise speaks to, and SMS through the operator's gateway."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

import pytest
from pytest_django import Settings

from reliability.channels.domain.message import Message
from reliability.channels.domain.outcome import Result
from reliability.channels.kinds.apprise import gateway
from reliability.channels.kinds.place import Place
from reliability.channels.kinds.registry import kind_of
from tests.servers.receivers import Fault, HttpReceiver, Scripted

Receiver = Callable[..., HttpReceiver]
Messages = Callable[..., Message]


def place_at(url: str) -> Place:
    return Place("Gateway", {"service": "a gateway"}, {"url": url.replace("http://", "json://") + "/s3cr3t"})


def test_the_service_is_told_title_text_and_links(receiver: Receiver, message: Messages, now: datetime) -> None:
    server = receiver(Scripted(200))
    outcome = kind_of("apprise").send(place=place_at(server.url), message=message(), now=now)
    assert outcome.result is Result.DELIVERED
    told = server.received[0].json()
    assert told["title"] == "Sev2 triggered: Checkout fails for <everyone> & all"
    assert "Acknowledge: https://rel.example.org/a/one-person-token/" in told["message"]
    assert told["type"] == "failure"


def test_a_refusal_is_tried_again_by_us_alone_with_what_was_said(
    receiver: Receiver, message: Messages, now: datetime
) -> None:
    server = receiver(Scripted(500))
    outcome = kind_of("apprise").send(place=place_at(server.url), message=message(), now=now)
    assert outcome.result is Result.RETRY
    assert "500" in outcome.answer
    assert len(server.received) == 1


def test_a_service_that_hangs_is_left(
    receiver: Receiver, message: Messages, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "SECONDS_MAX", 0.5)
    server = receiver(Scripted(fault=Fault.HANG))
    started = time.monotonic()
    outcome = kind_of("apprise").send(place=place_at(server.url), message=message(), now=now)
    assert outcome.result is Result.UNKNOWN
    assert time.monotonic() - started < 3


def test_a_redirect_leads_nowhere(receiver: Receiver, message: Messages, now: datetime) -> None:
    elsewhere = receiver(Scripted(200))
    server = receiver(Scripted(307, headers={"Location": elsewhere.url}))
    assert not kind_of("apprise").send(place=place_at(server.url), message=message(), now=now).is_delivered
    assert elsewhere.received == []


def test_a_short_message_goes_to_the_number_through_the_gateway(
    receiver: Receiver, message: Messages, now: datetime, settings: Settings
) -> None:
    server = receiver(Scripted(200))
    settings.SMS_GATEWAY_URL = server.url.replace("http://", "json://") + "/to/{number}"
    place = Place("Phone", {"number": "+491701234567"})
    assert kind_of("sms").send(place=place, message=message(), now=now).is_delivered
    (request,) = server.received
    assert request.target == "/to/491701234567"
    assert request.json()["message"] == "https://rel.example.org/a/one-person-token/"


def test_without_a_gateway_it_is_said_what_to_set(message: Messages, now: datetime) -> None:
    outcome = kind_of("sms").send(place=Place("Phone", {"number": "+491701234567"}), message=message(), now=now)
    assert outcome.result is Result.REFUSED
    assert "SMS_GATEWAY_URL" in outcome.reason


@pytest.mark.parametrize("url", ["nonsense", "pigeon://x", "", "twilio://"])
def test_an_address_apprise_cannot_read_is_known_when_saved(url: str) -> None:
    assert not gateway.can_read(url)
