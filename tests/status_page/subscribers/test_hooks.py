"""Webhooks and Slack: proven before anything is told, signed, in Statuspage's shape, switched off when they fail."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from incidents.status_page.models import StatusPage, Subscriber
from reliability.channels.kinds.webhook.signing import signature
from tests.servers.receivers import HttpReceiver, Received, Scripted, recording_http
from tests.status_page.subscribers.conftest import Clock, MailServer, Tell
from tests.status_page.subscribers.test_mails import link_of

pytestmark = pytest.mark.django_db

_SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")


def ask(client: Client, **form: str) -> None:
    answer = client.post("/status/shop/subscribe", form)
    assert answer.status_code == 200, answer.content.decode()


def echoing(receiver: HttpReceiver, client: Client, clock: Clock, mail_server: MailServer) -> str:
    """Subscribe the receiver, confirm by mail, and let it answer its challenge. Returns the secret."""
    ask(client, kind="webhook", url=f"{receiver.url}/hook", address="ops@example.com")
    clock.work()
    assert receiver.received == []  # nobody is asked before a person has confirmed
    (mail,) = mail_server.mails()
    assert mail["X-RcptTo"] == "ops@example.com"
    done = client.post(link_of(mail, "/confirm")).content.decode()
    found = _SECRET.search(done)
    assert found is not None
    assert _SECRET.search(client.post(link_of(mail, "/confirm")).content.decode()) is None  # shown once
    return found[0]


def is_signed(request: Received, secret: str) -> bool:
    timestamp = int(request.header("webhook-timestamp"))
    identity = request.header("webhook-id")
    signed = signature(secret=secret, identity=identity, timestamp=timestamp, content=request.body)
    return request.header("webhook-signature") == signed


def test_a_webhook_proves_that_it_listens_and_is_told_in_the_shape_of_statuspage(
    client: Client, page: StatusPage, clock: Clock, tell: Tell, mail_server: MailServer
) -> None:
    with recording_http([Scripted(200, body=b"ok")]) as receiver:
        secret = echoing(receiver, client, clock, mail_server)
        clock.work()
        (challenge,) = receiver.received
        assert challenge.json()["type"] == "challenge"
        subscriber = Subscriber.objects.get()
        assert (subscriber.state, "without the challenge" in subscriber.state_reason) == ("pending", True)
        tell("Nobody hears this")
        clock.work(minutes=0.5)
        assert len(receiver.received) == 1

        manage = urlsplit(challenge.json()["meta"]["unsubscribe"]).path
        assert "without the challenge" in client.get(manage).content.decode()
        client.post(manage, {"act": "again"})
        receiver.script[:] = [Scripted(200, body=b"{}")]
        # The next challenge is known before it is sent: the row's key.
        again = subscriber.deliveries.filter(purpose="challenge", state="waiting").get()
        receiver.script[:] = [Scripted(200, body=f'{{"challenge": "{again.idempotency_key}"}}'.encode())]
        clock.work()
        subscriber.refresh_from_db()
        assert (subscriber.state, subscriber.state_reason) == ("active", "")

        update = tell("We know why", status="identified")
        clock.work(minutes=0.5)
        told = receiver.received[-1]
        assert is_signed(told, secret)
        body = told.json()
        assert (body["type"], body["page"]["name"]) == ("incident", "Shop")
        incident = body["incident"]
        assert (incident["name"], incident["status"], incident["impact"]) == ("Checkout fails", "identified", "minor")
        assert incident["incident_updates"][0]["body"] == "We know why"
        assert incident["incident_updates"][0]["affected_components"][0]["new_status"] == "partial_outage"
        assert told.header("webhook-id") == update.deliveries.get().idempotency_key

        renewed = _SECRET.search(client.post(manage, {"act": "secret"}).content.decode())
        assert renewed is not None
        tell("It works again", status="monitoring")
        clock.work(minutes=0.5)
        assert is_signed(receiver.received[-1], renewed[0])
        assert not is_signed(receiver.received[-1], secret)


def test_a_webhook_that_fails_again_and_again_is_switched_off_and_its_contact_hears_of_it(
    client: Client, page: StatusPage, clock: Clock, tell: Tell, mail_server: MailServer, settings: Settings
) -> None:
    settings.STATUS_FAILURES_MAX = 2
    with recording_http([Scripted(404)]) as receiver:
        echoing(receiver, client, clock, mail_server)
        clock.work()
        Subscriber.objects.update(state="active")
        tell("One")
        clock.work(minutes=0.5)
        assert Subscriber.objects.get().failures == 1
        tell("Two", status="identified")
        clock.work(minutes=0.5)
        subscriber = Subscriber.objects.get()
        assert (subscriber.state, subscriber.failures) == ("disabled", 2)
        _, notice = mail_server.mails()
        assert (notice["X-RcptTo"], notice["Subject"]) == ("ops@example.com", "Shop: your webhook was switched off")
        tell("Three", status="monitoring")
        clock.work(minutes=0.5)
        assert len(receiver.received) == 3  # the challenge and two updates


def test_slack_hears_by_its_webhook_and_other_hosts_are_not_taken(
    client: Client, page: StatusPage, clock: Clock, tell: Tell
) -> None:
    with recording_http() as receiver:
        ask(client, kind="slack", url=f"{receiver.url}/services/T0/B0/abcdefgh")
        clock.work()
        (hello,) = receiver.received
        assert hello.json()["text"] == "Updates of Shop come here from now on"
        subscriber = Subscriber.objects.get()
        assert (subscriber.state, subscriber.address) == ("active", "127.0.0.1/…efgh")
        tell("Cards are *declined* <!channel>")
        clock.work(minutes=0.5)
        text = receiver.received[-1].body.decode()
        assert "Investigating: Checkout fails" in text
        assert "<!channel>" not in text
    for kind, url in (
        ("slack", "https://hooks.example.com/services/T0/B0/x"),
        ("webhook", "http://example.com/hook"),
        ("webhook", "https://user:secret@example.com/hook"),
        ("webhook", "gopher://example.com"),
        ("webhook", "https://"),
        ("slack", "https://hooks.slack.com.evil.example/services"),
    ):
        refused = client.post("/status/shop/subscribe", {"kind": kind, "url": url, "address": "ops@example.com"})
        assert refused.status_code == 422, url
        assert "OUTBOUND" not in refused.content.decode()
    assert Subscriber.objects.count() == 1


def test_an_address_in_our_own_network_is_never_connected_to(
    client: Client, page: StatusPage, clock: Clock, mail_server: MailServer, settings: Settings
) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = []
    ask(client, kind="webhook", url="https://127.0.0.1:1/hook", address="ops@example.com")
    clock.work()
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]  # of the mail server alone
    (mail,) = mail_server.mails()
    client.post(link_of(mail, "/confirm"))
    settings.OUTBOUND_ALLOWED_HOSTS = []
    clock.work()
    subscriber = Subscriber.objects.get()
    assert (subscriber.state, subscriber.state_reason) == ("pending", "127.0.0.1 may not be reached from here")
