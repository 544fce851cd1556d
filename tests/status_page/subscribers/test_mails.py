"""Mail to subscribers: asked, confirmed, told, ended, through a mail server that is a process of its own."""

from __future__ import annotations

import re
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from incidents.status_page.domain.subscribing import hash_of
from incidents.status_page.models import Delivery, StatusPage, Subscriber
from incidents.status_page.services import links, pages
from incidents.status_page.services.due_kinds import DELIVER
from incidents.status_page.services.pages import PageDraft
from reliability.access.domain.caller import SYSTEM
from reliability.access.models import AuditEntry
from reliability.outbox.services import due
from tests.servers.receivers import misbehaving_smtp
from tests.status_page.subscribers.conftest import Clock, MailServer, Tell, component

pytestmark = pytest.mark.django_db

_LINK = re.compile(r"https://\S+")


def ask(client: Client, address: str, **more: object) -> str:
    answer = client.post("/status/shop/subscribe", {"kind": "mail", "address": address, **more})
    assert answer.status_code == 200, answer.content.decode()
    assert not answer.cookies
    return answer.content.decode()


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link_of(mail: EmailMessage, ending: str) -> str:
    """The path of the link in the text part that ends so."""
    found = [url for url in _LINK.findall(text_of(mail)) if urlsplit(url).path.endswith(ending)]
    return str(urlsplit(found[0]).path)


def subscribed(page: StatusPage, clock: Clock, number: int, **more: object) -> Subscriber:
    address = f"reader{number}@example.com"
    made = {"kind": "mail", "state": "active", "confirmed_at": clock.now, "address_hash": hash_of(address)}
    fields: dict[str, Any] = {"page": page, "address": address, "created_at": clock.now, "updated_at": clock.now}
    return Subscriber.objects.create(**{**fields, **made, **more})


def test_an_address_is_asked_told_and_gone_in_one_click(
    client: Client, page: StatusPage, clock: Clock, tell: Tell, mail_server: MailServer
) -> None:
    checkout = component(page, "Checkout").code
    said = ask(client, "Sam@Example.com", components=[checkout])
    assert "If this address can be subscribed" in said
    clock.work()
    (mail,) = mail_server.mails()
    assert (mail["X-RcptTo"], mail["X-MailFrom"]) == ("Sam@Example.com", "status@mail.example.org")
    assert "List-Unsubscribe" not in mail  # nothing to end yet

    confirm = link_of(mail, "/confirm")
    asks = client.get(confirm)  # as a mail scanner does
    assert "S…@Example.com" in asks.content.decode()
    assert asks.headers["Referrer-Policy"] == "no-referrer"
    assert Subscriber.objects.get().state == "pending"
    assert client.get(confirm.replace("/subscriptions/", "/subscriptions/x")).status_code == 410
    done = client.post(confirm)
    assert "You are subscribed" in done.content.decode()
    assert Subscriber.objects.get().state == "active"

    tell("Payments are <b>declined</b>. **We look.**")
    tell("Search is slow", of="Search", anew=True)  # not theirs
    clock.work(minutes=1)
    clock.work()
    _, update = mail_server.mails()
    assert update["Subject"] == "[Shop] Checkout fails: Investigating"
    assert update["From"] == "Shop status <status@mail.example.org>"
    assert (update["X-MailFrom"], update["Sender"]) == ("status@mail.example.org", "status@mail.example.org")
    assert (update["To"], update["Cc"], update["Bcc"]) == ("Sam@Example.com", None, None)
    assert update["Message-ID"].endswith("@ours.example.org>")
    assert update["List-Id"] == "<status-shop.pages.ours.example.org>"
    assert update["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (update["Auto-Submitted"], update["Precedence"]) == ("auto-generated", "bulk")
    assert update["Date"] is not None
    assert update["Reply-To"] == "status@mail.example.org"
    html = update.get_body(("html",))
    assert html is not None
    assert "<strong>We look.</strong>" in html.get_content()
    assert "<b>declined" not in html.get_content()
    assert "Checkout: Partial outage" in text_of(update)

    leave = urlsplit(update["List-Unsubscribe"].strip().strip("<>"))
    assert (leave.scheme, leave.hostname) == ("https", "ours.example.org")
    asked = client.get(leave.path)
    assert "No more updates of Shop?" in asked.content.decode()
    assert Subscriber.objects.count() == 1
    one_click = Client(enforce_csrf_checks=True)
    assert one_click.post(leave.path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Subscriber.objects.exists()
    assert one_click.post(leave.path, {"List-Unsubscribe": "One-Click"}).status_code == 200  # as often as they like
    assert "You are not subscribed" in one_click.get(leave.path).content.decode()
    assert one_click.get(link_of(update, "/")).status_code == 410

    tell("Payments work again", status="resolved")
    clock.work(minutes=1)
    assert len(mail_server.mails()) == 2
    actions = AuditEntry.objects.filter(action__startswith="subscriber.").order_by("pk")
    assert [entry.action for entry in actions] == ["subscriber.confirm", "subscriber.leave"]
    assert "Sam@" not in str([entry.object_name for entry in actions])


def test_the_answer_is_the_same_whether_an_address_is_known(
    client: Client, page: StatusPage, clock: Clock, mail_server: MailServer, settings: Settings
) -> None:
    settings.STATUS_ASKED_PER_NETWORK_MAX = 6
    subscribed(page, clock, 1)
    first = ask(client, "new@example.com")
    again = [ask(client, "NEW@example.com") for _ in range(3)]  # beyond what one address may be written to
    assert {*again, ask(client, "reader1@example.com")} == {first}
    assert ask(client, "bot@example.com", website="https://spam.example") == first
    clock.work()
    told = [mail["X-RcptTo"] for mail in mail_server.mails()]
    assert sorted(told) == ["NEW@example.com", "reader1@example.com"]  # earlier ones were void
    assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == ["void", "void", "sent", "sent"]
    assert not Subscriber.objects.filter(address="bot@example.com").exists()
    ask(client, "other@example.com")
    refused = client.post("/status/shop/subscribe", {"kind": "mail", "address": "more@example.com"})
    assert refused.status_code == 429
    assert "come again in an hour" in refused.content.decode()
    wrong = client.post("/status/shop/subscribe", {"kind": "mail", "address": "nonsense"})
    assert wrong.status_code == 422
    assert 'value="nonsense"' in wrong.content.decode()
    assert client.post("/status/shop/subscribe", {}).status_code == 422


def test_who_is_subscribed_already_gets_their_links_instead_of_a_question(
    client: Client, page: StatusPage, clock: Clock, mail_server: MailServer
) -> None:
    ask(client, "sam@example.com")
    clock.work()
    (mail,) = mail_server.mails()
    confirm = link_of(mail, "/confirm")
    client.post(confirm)
    ask(client, "sam@example.com")
    clock.work()
    _, known = mail_server.mails()
    assert known["Subject"] == "You are subscribed to Shop"
    manage = link_of(known, "/")
    search = component(page, "Search").code
    kept = client.post(manage, {"act": "choose", "components": [search]})
    assert "Kept." in kept.content.decode()
    assert list(Subscriber.objects.get().components.values_list("code", flat=True)) == [search]
    assert client.post(manage, {"act": "choose", "components": ["elsewhere"]}).status_code == 200
    assert list(Subscriber.objects.get().components.values_list("code", flat=True)) == [search]
    assert client.post(confirm).status_code == 200  # pressed again
    assert client.post(manage, {"act": "secret"}).status_code == 410  # mail has none


def test_each_update_reaches_each_subscriber_once_within_the_allowance_of_a_minute(
    page: StatusPage, clock: Clock, tell: Tell, mail_server: MailServer, settings: Settings
) -> None:
    settings.STATUS_MESSAGES_PER_MINUTE_MAX = 6
    for number in range(9):
        subscribed(page, clock, number)
    subscribed(page, clock, 90, state="pending")
    update = tell("We look")
    clock.work(minutes=1)
    assert 6 <= len(mail_server.mails()) <= 7
    clock.work(minutes=2)
    told = [mail["X-RcptTo"] for mail in mail_server.mails()]
    assert sorted(told) == sorted(f"reader{number}@example.com" for number in range(9))
    assert len({mail["Message-ID"] for mail in mail_server.mails()}) == 9
    assert set(update.deliveries.values_list("state", "attempts")) == {("sent", 1)}
    subscribed(page, clock, 91)  # later: what was told before is history
    clock.work(minutes=1)
    assert len(mail_server.mails()) == 9


def test_a_recipient_that_is_refused_is_switched_off_and_a_server_that_fails_is_tried_again(
    page: StatusPage, clock: Clock, tell: Tell, settings: Settings
) -> None:
    settings.STATUS_FAILURES_MAX = 2
    reader = subscribed(page, clock, 1)
    with misbehaving_smtp(replies={"RCPT": "550 no such user"}) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
        first = tell("One")
        clock.work()
        assert first.deliveries.values_list("state", "attempts").get() == ("failed", 1)
        server.replies["RCPT"] = "451 later"
        second = tell("Two", status="identified")
        clock.work(minutes=0.5)
        assert second.deliveries.get().state == "waiting"
        reader.refresh_from_db()
        assert (reader.state, reader.failures) == ("active", 1)
        server.replies["MAIL"] = "550 you may not send"  # ours to mend: nobody is switched off for it
        clock.work(minutes=2)
        reader.refresh_from_db()
        assert (reader.state, reader.failures) == ("active", 1)
        server.replies |= {"MAIL": "250 ok", "RCPT": "550 no such user"}
        clock.work(minutes=10)
        reader.refresh_from_db()
        assert (reader.state, reader.failures) == ("disabled", 2)
        third = tell("Three", status="monitoring")
        clock.work(minutes=1)
        assert not third.deliveries.exists()
        assert server.mails == []
    assert AuditEntry.objects.filter(action="subscriber.switch_off").count() == 1


def test_a_worker_that_dies_in_the_middle_sends_the_same_mail_again(
    page: StatusPage, clock: Clock, tell: Tell, mail_server: MailServer
) -> None:
    subscribed(page, clock, 1)
    update = tell("We look")
    clock.work()
    delivery = update.deliveries.get()
    # As if it had died between sending and writing that down.
    Delivery.objects.filter(pk=delivery.pk).update(state="waiting", sent_at=None)
    due.schedule(kind=DELIVER, key=delivery.pk, due_at=clock.now, lane="status-page-mails")
    clock.work()
    identities = [mail["Message-ID"] for mail in mail_server.mails()]
    assert len(identities) == 2
    assert len(set(identities)) == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("sent", 2)


def test_a_private_page_is_not_told_of_by_links_of_nobody_or_of_others(
    client: Client, page: StatusPage, clock: Clock
) -> None:
    reader = subscribed(page, clock, 1)
    StatusPage.objects.filter(pk=page.pk).update(is_public=False, title="Hush")
    other = pages.create(caller=SYSTEM, team_id=page.team_id, draft=PageDraft(slug="open", title="Open"), now=clock.now)
    stranger = subscribed(other, clock, 2)
    theirs, strange = links.manage_token(subscriber=reader), links.manage_token(subscriber=stranger)
    for slug in ("shop", "nothing"):
        for ending in ("", "leave", "confirm"):
            for method in (client.get, client.post):
                damaged = method(f"/status/{slug}/subscriptions/x/{ending}")
                assert (damaged.status_code, b"Hush" in damaged.content) == (404, False), (slug, ending)
        wrong = client.get(f"/status/{slug}/subscriptions/{strange}/leave")
        assert (wrong.status_code, b"Hush" in wrong.content) == (410, False)
    assert b"Hush" in client.get(f"/status/shop/subscriptions/{theirs}/leave").content
    assert b"Hush" in client.post(f"/status/shop/subscriptions/{theirs}/leave").content
    assert not Subscriber.objects.filter(pk=reader.pk).exists()
    again = client.post(f"/status/shop/subscriptions/{theirs}/leave")
    assert (again.status_code, b"Hush" in again.content) == (200, False)
    elsewhere = client.post(f"/status/shop/subscriptions/{strange}/leave")
    assert (elsewhere.status_code, b"Hush" in elsewhere.content) == (200, False)
