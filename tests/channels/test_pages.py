"""Pages of channels: made, edited, tested, deleted; secrets go in and never come out."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from reliability.access.models import AuditEntry
from reliability.channels.models import Channel
from reliability.channels.selectors.places import secrets_of
from tests.cast import Cast, ChannelFactory, PolicyStepFactory, StepTargetFactory
from tests.servers.receivers import HttpReceiver, Scripted

As = Callable[[str], Client]
Receiver = Callable[..., HttpReceiver]
FORM = {"title": "Payments hook", "name": "payments-hook", "team": "payments"}
TOKEN = "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2"


def make(client: Client, kind: str, **fields: str) -> Any:
    return client.post(f"/channels/new/?kind={kind}", {**FORM, **fields})


def test_an_editor_makes_a_webhook_and_sees_its_secret_once(cast: Cast, as_: As, receiver: Receiver) -> None:
    answer = make(as_("editor"), "webhook", url=f"{receiver().url}/hook")
    channel = Channel.objects.get(name="payments-hook")
    secret = secrets_of(channel)["secret"]
    assert secret.startswith("whsec_")
    assert secret in answer.content.decode()
    again = as_("editor").get("/channels/payments-hook/").content.decode()
    assert secret not in again
    assert "Payments hook" in again


def test_a_test_shows_what_the_receiver_said(cast: Cast, as_: As, receiver: Receiver) -> None:
    server = receiver(Scripted(503, b"<b>down for repairs</b>", {"Retry-After": "120"}))
    make(as_("editor"), "webhook", url=server.url)
    page = as_("responder").post("/channels/payments-hook/test/").content.decode()
    assert "It was not taken now" in page
    assert "503 Service Unavailable" in page
    assert "&lt;b&gt;down for repairs&lt;/b&gt;" in page
    assert "120" in page
    part = as_("responder").post("/channels/payments-hook/test/", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith("<div")
    assert "Failing" in part
    assert AuditEntry.objects.filter(action="channel.test", changes__result=[None, "retry"]).count() == 2


def test_a_private_address_is_refused_when_saving_and_logged(
    cast: Cast, as_: As, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = []
    with caplog.at_level(logging.WARNING):
        answer = make(as_("editor"), "webhook", url="http://169.254.169.254/latest/meta-data")
    assert answer.status_code == 422
    assert "OUTBOUND_ALLOWED_HOSTS" in answer.content.decode()
    assert answer.content.decode().count("so no connection was made") == 1
    assert "channel_address_refused" in caplog.text
    assert not Channel.objects.exists()


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("webhook", {"url": "http://93.184.215.14/hook"}, "must begin with https://"),
        ("webhook", {"url": "https://user:pw@example.org/"}, "must not hold a user name"),
        ("webhook", {"url": "file:///etc/passwd"}, "must be an address such as"),
        ("webhook", {"url": "https://127.0.0.1/", "secret": "whsec_c2hvcnQ="}, "24 to 64 bytes"),
        ("pagerduty", {"routing_key": "short"}, "32 letters and digits"),
        ("slack", {"webhook_url": "https://127.0.0.1/x", "signing_secret": "nope"}, "32 hexadecimal digits"),
        ("slack", {"webhook_url": "https://127.0.0.1/x", "bot_token": "xoxp-1"}, "begins with xoxb-"),
        ("ntfy", {"topic": "https://ntfy.sh/topic"}, "without the server"),
        ("email", {"address": "a@example.org, b@example.org"}, "write an email address, such as ada@example.com"),
    ],
)
def test_each_mistake_stands_at_its_field(cast: Cast, as_: As, kind: str, fields: dict[str, str], words: str) -> None:
    answer = make(as_("editor"), kind, **fields)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Channel.objects.exists()


def test_secrets_are_never_shown_again_and_kept_when_left_empty(cast: Cast, as_: As, receiver: Receiver) -> None:
    server, editor = receiver(), as_("editor")
    make(editor, "ntfy", server=server.url, topic="payments-k3jx9", token=TOKEN)
    for path in ("/channels/", "/channels/payments-hook/", "/channels/payments-hook/edit/", "/settings/audit/"):
        shown = editor.get(path).content.decode()
        assert TOKEN not in shown
        assert "payments-k3jx9" not in shown
    posted = {"title": "New title", "server": server.url, "topic": "", "token": "", "is_enabled": "on", "revision": "1"}
    assert editor.post("/channels/payments-hook/edit/", posted).status_code == 302
    channel = Channel.objects.get()
    assert (channel.title, channel.revision) == ("New title", 2)
    assert secrets_of(channel) == {"topic": "payments-k3jx9", "token": TOKEN}
    editor.post("/channels/payments-hook/edit/", posted | {"revision": "2", "forget_token": "on"})
    assert secrets_of(Channel.objects.get()) == {"topic": "payments-k3jx9"}
    assert TOKEN not in str(list(AuditEntry.objects.values_list("changes", flat=True)))


def test_stored_secrets_are_not_sent_to_a_new_address(cast: Cast, as_: As, receiver: Receiver) -> None:
    editor = as_("editor")
    make(editor, "ntfy", server=receiver().url, topic="payments-k3jx9", token=TOKEN)
    posted = {"title": "x", "server": receiver().url, "topic": "", "token": "", "is_enabled": "on"}
    answer = editor.post("/channels/payments-hook/edit/", posted)
    assert answer.status_code == 422
    assert answer.content.decode().count("the address leads somewhere else now") == 2


def test_renewing_a_webhooks_secret_lets_both_sign_until_the_former_is_forgotten(
    cast: Cast, as_: As, receiver: Receiver
) -> None:
    server, editor = receiver(), as_("editor")
    make(editor, "webhook", url=server.url)
    first = secrets_of(Channel.objects.get())["secret"]
    posted = {"title": "x", "url": server.url, "is_enabled": "on", "renew": "on"}
    answer = editor.post("/channels/payments-hook/edit/", posted)
    renewed = secrets_of(Channel.objects.get())
    assert renewed["former_secret"] == first != renewed["secret"]
    assert renewed["secret"] in answer.content.decode()
    assert first not in answer.content.decode()
    editor.post("/channels/payments-hook/edit/", {**posted, "renew": "", "forget_former_secret": "on"})
    assert secrets_of(Channel.objects.get()) == {"secret": renewed["secret"]}


def test_an_edit_of_what_somebody_else_changed_is_refused(cast: Cast, as_: As, receiver: Receiver) -> None:
    editor, url = as_("editor"), receiver().url
    make(editor, "webhook", url=url)
    posted = {"title": "first", "url": url, "is_enabled": "on", "revision": "1"}
    editor.post("/channels/payments-hook/edit/", posted)
    answer = editor.post("/channels/payments-hook/edit/", posted | {"title": "second"})
    assert answer.status_code == 422
    assert "somebody changed this channel" in answer.content.decode()
    assert Channel.objects.get().title == "first"


def test_a_channel_that_a_policy_tells_cannot_be_deleted(cast: Cast, as_: As) -> None:
    channel = ChannelFactory(team=cast.payments)
    target = StepTargetFactory(step=PolicyStepFactory(policy__team=cast.payments), channel=channel)
    path = f"/channels/{channel.name}/delete/"
    refused = as_("editor").post(path)
    assert refused.status_code == 409
    assert "told by escalation policies" in refused.content.decode()
    target.delete()
    assert as_("editor").post(path, {"reason": "moved"}).status_code == 302
    assert not Channel.objects.exists()
    assert AuditEntry.objects.filter(action="channel.delete", reason="moved").exists()


def test_only_an_administrator_of_the_installation_points_apprise_somewhere(cast: Cast, as_: As) -> None:
    fields = {"service": "a gateway", "url": "json://10.0.0.1/x"}
    offered = as_("editor").get("/channels/new/").content.decode()
    assert "kind=apprise" not in offered
    assert as_("editor").post("/channels/new/?kind=apprise", FORM | fields).status_code == 422  # the first kind instead
    assert as_("chief").post("/channels/new/?kind=apprise", FORM | fields).status_code == 302
    edit = {"title": "x", "service": "a gateway", "url": "json://10.0.0.2/x", "is_enabled": "on"}
    assert as_("editor").post("/channels/payments-hook/edit/", edit).status_code == 403
    assert secrets_of(Channel.objects.get()) == {"url": "json://10.0.0.1/x"}


def test_the_way_back_is_shown_to_those_who_set_it_up(cast: Cast, as_: As) -> None:
    ChannelFactory(team=cast.payments, name="pd", kind="pagerduty")
    assert "https://rel.example.org/inbound/pagerduty/pd/" in as_("editor").get("/channels/pd/").content.decode()
    assert "/inbound/pagerduty/" not in as_("viewer").get("/channels/pd/").content.decode()


def test_a_team_has_no_more_channels_than_the_bound(cast: Cast, as_: As, settings: Settings) -> None:
    settings.CHANNELS_PER_TEAM_MAX = 1
    make(as_("editor"), "email", address="a@example.org")
    answer = as_("editor").post("/channels/new/?kind=email", {**FORM, "name": "second", "address": "b@example.org"})
    assert answer.status_code == 422
    assert "1 channels already" in answer.content.decode()


def test_the_list_takes_as_many_queries_for_many_as_for_few(cast: Cast, as_: As) -> None:
    client = as_("editor")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/channels/")
        return len(captured)

    ChannelFactory(team=cast.payments)
    few = queries()
    ChannelFactory.create_batch(20, team=cast.payments)
    assert queries() == few


def test_the_list_narrows_and_says_how_each_is(cast: Cast, as_: As) -> None:
    ChannelFactory(team=cast.payments, name="hook", kind="webhook", config={"url": "https://example.org/a"})
    ChannelFactory(team=cast.payments, name="mail", kind="email", is_enabled=False)
    page = as_("viewer").get("/channels/?kind=email").content.decode()
    assert re.search(r"Switched off", page)
    assert "https://example.org/a" not in page


def test_what_is_missing_is_named_at_its_field(as_: As) -> None:
    page = as_("editor").post("/channels/new/?kind=slack", {"title": "Payments"}).content.decode()
    assert "write a name, such as: payments-slack" in page
    assert "choose the team whose channel it is" in page
    assert "write the address of the incoming webhook" in page
    assert "This field is required" not in page


def test_the_audit_trail_is_offered_to_those_who_may_read_it(as_: As) -> None:
    assert "/settings/audit/" not in as_("responder").get("/settings/contacts/").content.decode()
    assert "/settings/audit/" in as_("administrator").get("/settings/contacts/").content.decode()
