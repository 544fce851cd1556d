"""Mails that are meant to hurt, or were made by programs that know no better: one must not stop the others."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from incidents.intake.domain.refusals import RejectedError
from incidents.intake.models import Integration, Reject
from incidents.intake.services import mails
from incidents.intake.services.integrations import Settings, create
from incidents.intake.sources.email.mailbox import MailboxError, imap
from incidents.intake.sources.email.parse import message_id_of, parse
from incidents.response.models import Alert, Incident
from reliability.channels.domain.message import Event, Message
from reliability.channels.kinds.email.compose import compose
from tests.cast import Cast
from tests.servers.imap import imap_server

SUBJECT = b"Message-ID: <1@m>\r\nSubject: Disk is full\r\n"
HOSTILE = {
    "a charset that decodes to lone surrogates": SUBJECT + b"Content-Type: text/plain; charset=utf-7\r\n\r\n+2AA-\r\n",
    "a charset of escapes": SUBJECT + b"Content-Type: text/plain; charset=unicode_escape\r\n\r\n\\ud800\r\n",
    "a subject of lone surrogates": b"Message-ID: <1@m>\r\nSubject: =?unicode_escape?q?=5Cud800?= x\r\n\r\nx\r\n",
    "an identity of lone surrogates": b"Message-ID: =?unicode_escape?q?=5Cud800?=\r\nSubject: x\r\n\r\nx\r\n",
    "a charset that is none": SUBJECT + b"Content-Type: text/plain; charset=rot13\r\n\r\nx\r\n",
    "a charset with NUL": SUBJECT + b'Content-Type: text/plain; charset="a\x00b"\r\n\r\nx\r\n',
    "NUL in the identity": b"Message-ID: <a\x00b>\r\nSubject: x\r\n\r\nx\r\n",
    "8 bits in headers": "Message-ID: <ß@x>\r\nFrom: Jürgen <a@b>\r\nSubject: Größe\r\n\r\nx\r\n".encode("latin-1"),
    "a subject of 50,000 words": b"Message-ID: <1@m>\r\nSubject: " + b"=?utf-8?q?a?= " * 50_000 + b"\r\n\r\nx",
    "100,000 addresses": SUBJECT + b"To: " + b"a@b, " * 100_000 + b"\r\n\r\nx",
    "brackets": SUBJECT + b"To: " + b"(" * 20_000 + b"\r\n\r\nx",
    "20,000 parameters": SUBJECT + b"Content-Type: text/plain; " + b"a*0*=''x; " * 20_000 + b"\r\n\r\nx",
    "messages in messages": SUBJECT + b"Content-Type: message/rfc822\r\n\r\n" * 3_000 + b"x",
    "a megabyte of brackets as HTML": SUBJECT + b"Content-Type: text/html\r\n\r\n" + b"<" * 900_000,
    "a megabyte of styles": SUBJECT + b"Content-Type: text/html\r\n\r\n" + b"<style>" * 130_000,
}


@pytest.fixture
def integration(cast: Cast, settings: Any, tmp_path: Path, now: datetime) -> Integration:
    settings.MAILDIR_ROOT = tmp_path
    for name in ("new", "cur", "tmp"):
        (tmp_path / "payments" / "shop" / name).mkdir(parents=True)
    wanted = Settings(title="Mail of the shop", config={"how": "maildir", "maildir": "shop"})
    return create(
        caller=cast.caller("editor"), team=cast.payments, name="mail", kind="email", settings=wanted, now=now
    ).integration


@pytest.fixture
def new(integration: Integration, tmp_path: Path) -> Path:
    return tmp_path / "payments" / "shop" / "new"


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_the_mail_behind_it_is_read_soon(integration: Integration, new: Path, now: datetime, raw: bytes) -> None:
    (new / "1").write_bytes(raw)
    (new / "2").write_bytes(b"Message-ID: <2@m>\r\nSubject: Queue is stuck\r\n\r\nx\r\n")
    began = time.process_time()
    mails.read_mailbox(integration_id=integration.pk, now=now)
    assert time.process_time() - began < 10
    assert Alert.objects.filter(title="Queue is stuck").exists()
    assert Alert.objects.count() + Reject.objects.count() == 2
    assert not list(new.iterdir())


def test_a_mail_that_makes_the_parser_fail_is_kept_and_passed_over(
    integration: Integration, new: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_args: Any) -> None:
        raise AssertionError("a defect of the parser")

    monkeypatch.setattr("incidents.intake.sources.email.parse.loop_mark", failing)
    (new / "1").write_bytes(SUBJECT + b"\r\nx")
    mails.read_mailbox(integration_id=integration.pk, now=now)
    assert integration.rejects.get().message == "this mail cannot be read: AssertionError"
    assert not list(new.iterdir())


def test_mails_of_one_identity_are_told_apart_by_subject_and_date(
    integration: Integration, new: Path, now: datetime
) -> None:
    """Some appliances give all of theirs the same Message-ID."""
    beginning = b"Message-ID: <alert@nas>\r\nSubject: Disk is full\r\nReceived: by a\r\n\r\nx"
    (new / "1").write_bytes(beginning)
    (new / "2").write_bytes(beginning.replace(b"by a", b"by b"))
    (new / "3").write_bytes(b"Message-ID: <alert@nas>\r\nSubject: Disk is full: RESOLVED\r\n\r\nx")
    mails.read_mailbox(integration_id=integration.pk, now=now)
    alert = Alert.objects.get()
    assert (alert.status, alert.times_seen) == ("resolved", 1)


def test_long_identities_that_differ_at_their_end_stay_two() -> None:
    one, other = (
        message_id_of(b"Message-ID: <" + b"a" * 300 + end + b"@m>\r\nSubject: x\r\n\r\n") for end in (b"1", b"2")
    )
    assert one != other
    assert len(one) <= 255


def test_our_own_pages_open_no_incident(integration: Integration, new: Path, now: datetime) -> None:
    """Else each page that is sent to the mailbox would page again."""
    page = Message(
        event=Event.TRIGGER,
        subject_key="incident-1",
        idempotency_key="n-1",
        title="Checkout fails",
        text="It burns.",
        severity="critical",
        severity_word="Sev2",
        team="Payments",
        at=now,
        url="https://reliability.example.org/incidents/1/",
    )
    mail = compose(message=page, address="alerts@example.org", now=now)
    (new / "1").write_bytes(mail.message().as_bytes())
    mails.read_mailbox(integration_id=integration.pk, now=now)
    assert integration.rejects.get().reason == "loop"
    assert not Incident.objects.exists()


def test_html_is_read_as_a_person_sees_it() -> None:
    body = (
        "<head><title>t</title><style>p { color: red }</style></head><p>5 &lt; 7 &amp; rising</p><script>x()</script>"
    )
    found = parse(SUBJECT + f"Content-Type: text/html\r\n\r\n{body}".encode(), config={})
    assert found.alert.description == "5 < 7 & rising"


def test_letters_that_imap_cannot_carry_are_named(settings: Any) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    with imap_server() as box:
        config = {"host": "127.0.0.1", "port": box.port, "security": "none", "username": "jürgen", "folder": "INBOX"}
        with pytest.raises(MailboxError, match="letters of ASCII only"), imap(config=config, password="s3cret"):
            raise AssertionError("it is not signed in")


def test_a_mail_without_a_subject_is_refused() -> None:
    with pytest.raises(RejectedError, match="without a subject"):
        parse(b"Message-ID: <1@m>\r\n\r\nx", config={})
