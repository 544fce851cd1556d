"""How a person is reached: added, verified by a code that came back, tested, ordered, dropped; by nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from reliability.access.models import AuditEntry
from reliability.channels.models import ContactMethod
from reliability.channels.selectors.contacts import methods_of
from reliability.channels.services import contacts
from reliability.web.errors import Forbidden
from tests.cast import Cast, ContactMethodFactory
from tests.servers.receivers import HttpReceiver, Scripted, SmtpReceiver, recording_smtp

As = Callable[[str], Client]


@pytest.fixture
def mail(settings: Settings) -> Iterator[SmtpReceiver]:
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    with recording_smtp() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
        yield server


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now, tick=False) as coordinates:
        yield coordinates


def add(client: Client, address: str = "alice@example.org") -> ContactMethod:
    answer = client.post("/settings/contacts/new/?kind=email", {"address": address, "title": "Private mail"})
    assert answer.status_code == 302
    return ContactMethod.objects.get(title="Private mail")


def code_in(mail: SmtpReceiver, number: int = 1) -> str:
    text = mail.wait_for(number)[number - 1].content.decode()
    found = re.search(r"Your code is (\d{6})", text)
    assert found is not None
    return found[1]


def test_a_code_that_came_back_verifies_it(cast: Cast, as_: As, mail: SmtpReceiver, now: datetime) -> None:
    client = as_("responder")
    method = add(client)
    assert methods_of(user_id=cast.responder.pk) == []
    code = code_in(mail)
    assert code not in method.code_hash
    spaced = f"{code[:3]} {code[3:]}"
    assert client.post(f"/settings/contacts/{method.pk}/verify/", {"code": spaced}).status_code == 302
    (verified,) = methods_of(user_id=cast.responder.pk)
    assert (verified, verified.verified_at) == (method, now)
    assert code not in str(list(AuditEntry.objects.values_list("changes", "object_name")))


def test_a_wrong_code_is_told_and_five_end_it(cast: Cast, as_: As, mail: SmtpReceiver) -> None:
    client = as_("responder")
    path = f"/settings/contacts/{add(client).pk}/verify/"
    code = code_in(mail)
    wrong = "000000" if code != "000000" else "111111"
    for left in (4, 3, 2, 1):
        assert f"{left} more" in client.post(path, {"code": wrong}).content.decode()
    assert "wrong too often" in client.post(path, {"code": wrong}).content.decode()
    assert "holds no longer" in client.post(path, {"code": code}).content.decode()
    assert methods_of(user_id=cast.responder.pk) == []


def test_a_code_ends_and_a_new_one_needs_a_moment(
    cast: Cast, as_: As, mail: SmtpReceiver, clock: time_machine.Traveller
) -> None:
    client = as_("responder")
    method = add(client)
    client.post(f"/settings/contacts/{method.pk}/code/")
    assert len(mail.mails) == 1
    clock.shift(timedelta(minutes=contacts.CODE_MINUTES))
    first = code_in(mail)
    assert client.post(f"/settings/contacts/{method.pk}/verify/", {"code": first}).status_code == 422
    client.post(f"/settings/contacts/{method.pk}/code/")
    second = code_in(mail, 2)
    assert client.post(f"/settings/contacts/{method.pk}/verify/", {"code": second}).status_code == 302


def test_without_a_mail_server_the_page_says_what_to_set(cast: Cast, as_: As, settings: Settings) -> None:
    settings.EMAIL_HOST = settings.EMAIL_MAILBOX = ""
    client = as_("responder")
    method = add(client)
    assert "set EMAIL_HOST" in client.get(f"/settings/contacts/{method.pk}/verify/").content.decode()


def test_a_push_topic_is_a_secret_of_the_person(cast: Cast, as_: As, receiver: Callable[..., HttpReceiver]) -> None:
    server = receiver(Scripted(200))
    client = as_("responder")
    client.post("/settings/contacts/new/?kind=ntfy", {"server": server.url, "topic": "alice-9dk2", "title": "Phone"})
    assert re.search(r"Your code is \d{6}", server.received[0].json()["title"])
    assert "alice-9dk2" not in client.get("/settings/contacts/").content.decode()


def test_switching_off_testing_and_removing(cast: Cast, as_: As, mail: SmtpReceiver) -> None:
    method = ContactMethodFactory(user=cast.responder)
    client, path = as_("responder"), f"/settings/contacts/{method.pk}"
    client.post(f"{path}/test/")
    assert b"Test of Mail" in mail.wait_for(1)[0].content
    client.post(f"{path}/switch/", {"to": "off"})
    assert methods_of(user_id=cast.responder.pk) == []
    client.post(f"{path}/switch/", {"to": "on"})
    assert methods_of(user_id=cast.responder.pk) == [method]
    assert "your notification rules" in client.get(f"{path}/remove/").content.decode()
    client.post(f"{path}/remove/")
    assert not ContactMethod.objects.exists()
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["contact.test", "contact.update", "contact.update", "contact.remove"]


def test_nothing_but_codes_goes_to_what_is_not_verified(cast: Cast, as_: As, mail: SmtpReceiver) -> None:
    method = ContactMethodFactory(user=cast.responder, verified_at=None)
    assert as_("responder").post(f"/settings/contacts/{method.pk}/test/").status_code == 409
    assert mail.mails == []


def test_the_order_is_the_persons(cast: Cast, as_: As) -> None:
    first, second, third = (ContactMethodFactory(user=cast.responder, title=title) for title in "abc")
    client = as_("responder")
    client.post(f"/settings/contacts/{third.pk}/move/", {"to": "up"})
    assert [one.title for one in methods_of(user_id=cast.responder.pk)] == ["a", "c", "b"]
    client.post(f"/settings/contacts/{first.pk}/move/", {"to": "up"})
    client.post(f"/settings/contacts/{second.pk}/move/", {"to": "down"})
    assert [one.title for one in methods_of(user_id=cast.responder.pk)] == ["a", "c", "b"]


def test_nobody_else_sees_or_touches_it(cast: Cast, as_: As, mail: SmtpReceiver) -> None:
    method = ContactMethodFactory(user=cast.responder, title="Secret phone")
    chief = as_("chief")
    assert "Secret phone" not in chief.get("/settings/contacts/").content.decode()
    for action in ("verify", "code", "test", "switch", "move", "remove"):
        assert chief.post(f"/settings/contacts/{method.pk}/{action}/").status_code == 404
    assert mail.mails == []


def test_a_person_has_no_more_than_the_bound(cast: Cast, as_: As, settings: Settings) -> None:
    settings.CONTACT_METHODS_MAX = 1
    ContactMethodFactory(user=cast.responder)
    answer = as_("responder").post("/settings/contacts/new/?kind=email", {"address": "b@example.org"})
    assert answer.status_code == 422
    assert "remove one" in answer.content.decode()


def test_a_kind_for_teams_or_administrators_is_not_for_everybody(cast: Cast, as_: As, now: datetime) -> None:
    assert "kind=apprise" not in as_("responder").get("/settings/contacts/new/").content.decode()
    caller = cast.caller("responder")
    config = {"service": "a gateway"}
    with pytest.raises(Forbidden, match="outbound guard"):
        contacts.add(caller=caller, kind="apprise", config=config, secrets={"url": "json://10.0.0.1/"}, now=now)
