"""Mail: what a real server received, byte for byte, and what its replies mean."""

from __future__ import annotations

import email
import email.policy
import mailbox
import re
import time
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from pytest_django import Settings

from reliability.channels.domain.message import Event, Message
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.kinds.email import mailbox as mailboxes
from reliability.channels.kinds.place import Place
from reliability.channels.kinds.registry import kind_of
from tests.channels.conftest import assert_golden
from tests.servers.receivers import ReceivedMail, misbehaving_smtp, recording_smtp

Messages = Callable[..., Message]
PLACE = Place(name="Mail", config={"address": "oncall@example.org"})


@pytest.fixture(autouse=True)
def _plain_smtp(settings: Settings) -> None:
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_MAILBOX = ""


def tell(settings: Settings, port: int, message: Message, now: datetime, place: Place = PLACE) -> Outcome:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    return kind_of("email").send(place=place, message=message, now=now)


def read(kept: ReceivedMail) -> EmailMessage:
    parsed = email.message_from_bytes(kept.content, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_the_mail_is_the_golden_file(settings: Settings, message: Messages, now: datetime) -> None:
    with recording_smtp() as server:
        outcome = tell(settings, server.port, message(), now)
        (kept,) = server.wait_for(1)
    assert (outcome.result, outcome.status) == (Result.DELIVERED, 250)
    assert outcome.external_id == "<msg_2f0c1b9a@rel.example.org>"
    assert (kept.sender, kept.recipients) == ("reliability@rel.example.org", ("oncall@example.org",))
    assert_golden("email-trigger.eml", re.sub(rb"=+\d+==", b"BOUNDARY", kept.content))


def test_every_try_has_the_same_message_id_and_a_subject_is_one_thread(
    settings: Settings, message: Messages, now: datetime
) -> None:
    with recording_smtp() as server:
        for each in (
            message(),
            message(),
            message(event=Event.RESOLVE, idempotency_key="msg_2"),
            message(subject_key="incident:43", idempotency_key="msg_3"),
        ):
            tell(settings, server.port, each, now)
        first, again, resolved, other = [read(kept) for kept in server.wait_for(4)]
    assert first["Message-ID"] == again["Message-ID"] == "<msg_2f0c1b9a@rel.example.org>"
    assert resolved["Message-ID"] != first["Message-ID"]
    assert first["References"] == first["In-Reply-To"] == resolved["References"] != other["References"]
    assert first["Subject"] == "[Sev2] Checkout fails for <everyone> & all"
    assert resolved["Subject"] == "Re: [Sev2] Checkout fails for <everyone> & all (resolved)"


@pytest.mark.parametrize(
    "hostile",
    ["a\r\nBcc: all@example.org", "a\nBcc: all@example.org\n\nbody", "a\x0bBcc: x", "a\u2028Bcc: x", "a\x00Bcc: x"],
)
def test_no_title_team_or_key_can_add_a_header(
    settings: Settings, message: Messages, now: datetime, hostile: str
) -> None:
    told = message(
        title=hostile,
        team=hostile,
        severity_word=hostile,
        subject_key=hostile,
        idempotency_key=hostile,
        service=hostile,
    )
    with recording_smtp() as server:
        assert tell(settings, server.port, told, now).is_delivered
        (kept,) = server.wait_for(1)
    parsed = read(kept)
    assert parsed["Bcc"] is None
    assert kept.recipients == ("oncall@example.org",)
    assert "\n" not in parsed["Subject"]


def test_what_people_wrote_is_text_in_the_html_part(settings: Settings, message: Messages, now: datetime) -> None:
    with recording_smtp() as server:
        tell(settings, server.port, message(title="<script>x</script>", text="<img src=x>"), now)
        html = read(server.wait_for(1)[0]).get_body(("html",))
    assert html is not None
    content = html.get_content()
    assert "<script>" not in content
    assert "<img" not in content
    assert 'href="https://rel.example.org/a/one-person-token/"' in content


@pytest.mark.parametrize(
    ("step", "reply", "result"),
    [
        ("MAIL", "451 later", Result.RETRY),
        ("RCPT", "450 greylisted", Result.RETRY),
        ("RCPT", "550 nobody here", Result.REFUSED),
        ("DATA", "452 full", Result.RETRY),
        ("DATA", "554 not wanted", Result.REFUSED),
        ("DOT", "451 try again", Result.RETRY),
        ("DOT", "552 too large", Result.REFUSED),
        ("QUIT", "421 gone", Result.DELIVERED),
    ],
)
def test_each_reply_says_what_to_do_next(
    settings: Settings, message: Messages, now: datetime, step: str, reply: str, result: Result
) -> None:
    with misbehaving_smtp(replies={step: reply}) as server:
        outcome = tell(settings, server.port, message(), now)
    assert outcome.result is result
    if result is not Result.DELIVERED:
        assert outcome.status == int(reply[:3])
        assert reply in outcome.reason


def test_a_server_that_drops_after_the_mail_may_have_it(settings: Settings, message: Messages, now: datetime) -> None:
    with misbehaving_smtp(drops_after_data=True) as server:
        outcome = tell(settings, server.port, message(), now)
        assert len(server.mails) == 1
    assert outcome.result is Result.UNKNOWN


@pytest.mark.parametrize(
    ("step", "result"),
    [("EHLO", Result.RETRY), ("RCPT", Result.RETRY), ("DOT", Result.UNKNOWN)],
    ids=["before anything", "before the mail", "with the mail in hand"],
)
def test_a_server_that_hangs_is_left_within_the_bound(
    settings: Settings, message: Messages, now: datetime, step: str, result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reliability.channels.kinds.email.smtp.WAIT_SECONDS", 1.0)
    started = time.monotonic()
    with misbehaving_smtp(hangs_at=step) as server:
        outcome = tell(settings, server.port, message(), now)
    assert outcome.result is result
    assert time.monotonic() - started < 8


def test_nobody_at_the_port_is_tried_again(settings: Settings, message: Messages, now: datetime) -> None:
    outcome = tell(settings, 1, message(), now)
    assert outcome.result is Result.RETRY
    assert "127.0.0.1:1 cannot be reached" in outcome.reason


def test_a_server_without_the_encryption_asked_for_is_not_used(
    settings: Settings, message: Messages, now: datetime
) -> None:
    settings.EMAIL_USE_TLS = True
    with recording_smtp() as server:
        outcome = tell(settings, server.port, message(), now)
        assert server.mails == []
    assert outcome.result is Result.REFUSED
    assert "EMAIL_TLS" in outcome.reason


def test_without_a_mail_server_it_is_said_what_to_set(settings: Settings, message: Messages, now: datetime) -> None:
    settings.EMAIL_HOST = ""
    outcome = kind_of("email").send(place=PLACE, message=message(), now=now)
    assert outcome.result is Result.REFUSED
    assert "set EMAIL_HOST" in outcome.reason


def test_mails_in_a_mailbox_can_be_read_and_the_oldest_are_forgotten(
    settings: Settings, message: Messages, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailboxes, "MAILS_MAX", 3)
    settings.EMAIL_HOST, settings.EMAIL_MAILBOX = "", str(tmp_path / "sent" / "mail")
    for number in range(5):
        outcome = kind_of("email").send(place=PLACE, message=message(title=f"Number {number}"), now=now)
        assert outcome.is_delivered
    subjects = sorted(str(mail["Subject"]) for mail in mailbox.Maildir(settings.EMAIL_MAILBOX))
    assert subjects == ["[Sev2] Number 2", "[Sev2] Number 3", "[Sev2] Number 4"]


@pytest.mark.parametrize(
    ("root", "one_click"),
    [("https://rel.example.org", "List-Unsubscribe=One-Click"), ("http://rel.example.org", None)],
    ids=["one click over https", "by the page over plain http, as RFC 8058 asks for https"],
)
def test_a_mail_that_can_be_ended_says_how(
    settings: Settings, message: Messages, now: datetime, root: str, one_click: str | None
) -> None:
    with recording_smtp() as server:
        tell(settings, server.port, message(unsubscribe_url=f"{root}/leave/1/"), now)
        mail = email.message_from_bytes(server.mails[0].content, policy=email.policy.default)
    assert str(mail["List-Unsubscribe"]).strip() == f"<{root}/leave/1/>"
    assert mail["List-Unsubscribe-Post"] == one_click
