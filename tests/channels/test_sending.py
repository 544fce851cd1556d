"""One try through a stored channel: bounded, guarded, judged, kept, and silent about secrets."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
import pytest
from prometheus_client import REGISTRY
from pytest_django import Settings

from reliability.access.services.vault import encrypt
from reliability.channels.domain.message import Message
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.kinds.place import Place
from reliability.channels.kinds.webhook import WebhookKind
from reliability.channels.models import Channel
from reliability.channels.selectors.contacts import sign_in_mail
from reliability.channels.services import bounded, sending
from reliability.channels.services.sending import send_to_channel, send_to_contact
from tests.cast import Cast, ChannelFactory, ContactMethodFactory
from tests.servers.receivers import Fault, HttpReceiver, Scripted

Receiver = Callable[..., HttpReceiver]
Messages = Callable[..., Message]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # a made-up key of the specification


def webhook(cast: Cast, url: str, **fields: Any) -> Channel:
    secrets = encrypt(orjson.dumps({"secret": SECRET}).decode())
    channel: Channel = ChannelFactory(
        team=cast.payments, kind="webhook", config={"url": url}, secrets=secrets, **fields
    )
    return channel


def test_what_went_well_and_wrong_is_kept(cast: Cast, receiver: Receiver, message: Messages, now: datetime) -> None:
    server = receiver(Scripted(200), Scripted(500, b"no"))
    channel = webhook(cast, server.url)
    assert send_to_channel(channel=channel, message=message(), now=now).is_delivered
    channel.refresh_from_db()
    assert (channel.last_success_at, channel.last_failure_at) == (now, None)
    outcome = send_to_channel(channel=channel, message=message(), now=now)
    channel.refresh_from_db()
    assert (channel.last_success_at, channel.last_failure_at) == (now, now)
    assert channel.last_failure == outcome.reason == "127.0.0.1 answered 500 Internal Server Error"


@pytest.mark.parametrize("fault", [Fault.HANG, None], ids=["says nothing", "answers after half a minute"])
def test_a_receiver_that_takes_for_ever_is_cut(
    cast: Cast,
    receiver: Receiver,
    message: Messages,
    now: datetime,
    fault: Fault | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "SECONDS_MAX", 0.5)
    server = receiver(Scripted(fault=fault, delay_seconds=0 if fault else 30))
    started = time.monotonic()
    outcome = send_to_channel(channel=webhook(cast, server.url), message=message(), now=now)
    assert outcome.result is Result.UNKNOWN
    assert time.monotonic() - started < 2
    assert len(server.wait_for(1)) == 1


def test_the_waits_together_stay_below_ten_seconds() -> None:
    assert sending.SECONDS_MAX < 10


def test_tries_left_behind_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "HANGING_MAX", 2)
    let_go = threading.Event()
    for _ in range(2):
        with pytest.raises(bounded.StillRunning):
            bounded.within(0.05, let_go.wait)
    with pytest.raises(bounded.TooManyHanging):
        bounded.within(0.05, let_go.wait)
    let_go.set()
    deadline = time.monotonic() + 5
    while bounded._hanging and time.monotonic() < deadline:
        time.sleep(0.01)
    assert bounded.within(1, lambda: "again") == "again"


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "https://169.254.169.254/latest", "https://10.0.0.7/x"])
def test_a_private_address_is_refused_when_sending_and_logged(
    cast: Cast, message: Messages, now: datetime, settings: Settings, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = []
    before = REGISTRY.get_sample_value("reliability_refused_addresses_total", {"at": "send"}) or 0
    with caplog.at_level(logging.WARNING):
        outcome = send_to_channel(channel=webhook(cast, url), message=message(), now=now)
    assert outcome.result is Result.REFUSED
    assert "OUTBOUND_ALLOWED_HOSTS" in outcome.reason
    assert "channel_address_refused" in caplog.text
    assert REGISTRY.get_sample_value("reliability_refused_addresses_total", {"at": "send"}) == before + 1


def test_what_a_receiver_echoes_of_a_secret_is_not_kept(
    cast: Cast, receiver: Receiver, message: Messages, now: datetime
) -> None:
    url = "/services/T0/B0/s3cr3t-of-the-webhook"
    server = receiver(Scripted(404, b"no such hook: /services/T0/B0/s3cr3t-of-the-webhook\x00\x1b[31m"))
    secrets = encrypt(orjson.dumps({"webhook_url": server.url + url}).decode())
    channel = ChannelFactory(team=cast.payments, kind="slack", config={}, secrets=secrets)
    outcome = send_to_channel(channel=channel, message=message(), now=now)
    channel.refresh_from_db()
    assert outcome.answer == "no such hook: •••[31m"
    assert "s3cr3t" not in f"{outcome} {channel.last_failure}"


def test_nothing_is_logged_of_secrets(
    cast: Cast, receiver: Receiver, message: Messages, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    """The address of a chat's webhook is its secret, and HTTP clients like to log addresses."""
    server = receiver(Scripted(500))
    secrets = encrypt(orjson.dumps({"webhook_url": f"{server.url}/services/s3cr3t-path"}).decode())
    channel = ChannelFactory(team=cast.payments, kind="slack", config={}, secrets=secrets)
    with caplog.at_level(logging.WARNING):
        send_to_channel(channel=channel, message=message(), now=now)
        send_to_channel(channel=webhook(cast, "http://127.0.0.1:1/"), message=message(), now=now)
    assert "s3cr3t" not in caplog.text
    assert SECRET not in caplog.text
    place = Place("x", {}, {"webhook_url": "s3cr3t"})
    assert "s3cr3t" not in repr(place)


def test_a_fault_of_ours_is_an_outcome(
    cast: Cast, message: Messages, now: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_self: object, **_given: object) -> Outcome:
        raise TypeError("not so")

    monkeypatch.setattr(WebhookKind, "send", broken)
    outcome = send_to_channel(channel=webhook(cast, "http://127.0.0.1:1/"), message=message(), now=now)
    assert outcome.result is Result.UNKNOWN
    assert "TypeError" in outcome.reason
    assert "channel_send_failed" in caplog.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"is_enabled": False}, "switched off"),
        ({"kind": "pigeon"}, "there is no kind of channel 'pigeon'"),
        ({"secrets": b"not ours"}, "ENCRYPTION_KEYS"),
    ],
    ids=["switched off", "a kind nobody provides", "a key that is gone"],
)
def test_what_cannot_be_sent_is_refused_with_a_reason(
    cast: Cast, message: Messages, now: datetime, fields: dict[str, Any], words: str
) -> None:
    channel = ChannelFactory(team=cast.payments, config={"url": "http://127.0.0.1:1/"}, **fields)
    outcome = send_to_channel(channel=channel, message=message(), now=now)
    assert outcome.result is Result.REFUSED
    assert words in outcome.reason


def test_a_person_without_contact_methods_is_reached_at_the_sign_in_address(
    cast: Cast, message: Messages, now: datetime, settings: Settings, tmp_path: Any
) -> None:
    settings.EMAIL_HOST, settings.EMAIL_MAILBOX = "", str(tmp_path / "mail")
    (tmp_path / "mail").mkdir()  # as somebody may have made it by hand
    outcome = send_to_contact(contact_method=sign_in_mail(user=cast.responder), message=message(), now=now)
    assert outcome.is_delivered
    (kept,) = (tmp_path / "mail" / "new").iterdir()
    assert f"To: {cast.responder.email}" in kept.read_text()


def test_sending_to_a_person_keeps_its_outcome(
    cast: Cast, message: Messages, now: datetime, settings: Settings
) -> None:
    settings.EMAIL_HOST = settings.EMAIL_MAILBOX = ""
    method = ContactMethodFactory(user=cast.responder)
    outcome = send_to_contact(contact_method=method, message=message(), now=now)
    method.refresh_from_db()
    assert (method.last_failure_at, method.last_failure) == (now, outcome.reason)
