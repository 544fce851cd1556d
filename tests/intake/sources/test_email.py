"""Mails become alerts once, from a maildir and over IMAP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from incidents.intake.models import Integration, MailReceipt
from incidents.intake.services import mails
from incidents.intake.services.integrations import Settings, create
from incidents.intake.services.mailboxes import KIND
from incidents.response.models import Alert, Incident
from reliability.outbox.models import Due
from reliability.web.errors import Invalid
from tests.cast import Cast
from tests.servers.imap import Letterbox, imap_server


def mail(
    subject: str, *, identity: str = "<1@monitor>", more: str = "", text: str = "Look: https://a.example/x."
) -> bytes:
    head = f"From: Nagios <nagios@example.org>\nTo: alerts@example.org\nMessage-ID: {identity}\n{more}"
    return f"{head}Date: Mon, 02 Mar 2026 11:58:00 +0000\nSubject: {subject}\n\n{text}\n".replace("\n", "\r\n").encode()


@pytest.fixture
def maildir(settings: Any, tmp_path: Path) -> Path:
    settings.MAILDIR_ROOT = tmp_path
    for name in ("new", "cur", "tmp"):
        (tmp_path / "payments" / "shop" / name).mkdir(parents=True)
    return tmp_path / "payments" / "shop"


@pytest.fixture
def integration(cast: Cast, maildir: Path, now: datetime) -> Integration:
    wanted = Settings(title="Mail of the shop", config={"how": "maildir", "maildir": "shop"})
    made = create(caller=cast.caller("editor"), team=cast.payments, name="mail", kind="email", settings=wanted, now=now)
    assert made.key is None, "a mailbox has no key"
    return made.integration


def put(maildir: Path, name: str, content: bytes) -> None:
    (maildir / "new" / name).write_bytes(content)


def test_a_new_mailbox_is_looked_into_at_once_and_then_again(integration: Integration, now: datetime) -> None:
    assert Due.objects.get(kind=KIND).due_at == now
    assert mails.read_mailbox(integration_id=integration.pk, now=now) == now + timedelta(seconds=60)


def test_a_mail_opens_an_incident_and_is_filed(integration: Integration, maildir: Path, now: datetime) -> None:
    put(maildir, "1", mail("[CRITICAL] Disk of db1 is full"))
    mails.read_mailbox(integration_id=integration.pk, now=now)
    alert = Alert.objects.get()
    assert (alert.title, alert.severity, alert.key) == ("[CRITICAL] Disk of db1 is full", 2, "mail disk of db1 is full")
    assert alert.links == [{"title": "In the mail", "url": "https://a.example/x"}]
    assert [path.name for path in (maildir / "cur").iterdir()] == ["1:2,S"]
    assert not list((maildir / "new").iterdir())


def test_the_same_mail_again_has_no_second_effect(integration: Integration, maildir: Path, now: datetime) -> None:
    """As when the process died between the effect and the filing; also after the alert was over."""
    for name, subject, identity in (("1", "Disk is full", "<1@m>"), ("2", "RESOLVED: Disk is full", "<2@m>")):
        put(maildir, name, mail(subject, identity=identity))
    mails.read_mailbox(integration_id=integration.pk, now=now)
    put(maildir, "3", mail("Disk is full", identity="<1@m>"))
    mails.read_mailbox(integration_id=integration.pk, now=now)
    assert [incident.status for incident in Incident.objects.all()] == ["resolved"]
    assert MailReceipt.objects.count() == 2


@pytest.mark.parametrize(
    "subject", ["RESOLVED: Disk is full", "Re: Disk is full - recovered", "[OK] Disk is full", "Disk is full is OK"]
)
def test_a_word_in_the_subject_resolves(integration: Integration, maildir: Path, now: datetime, subject: str) -> None:
    put(maildir, "1", mail("[PROBLEM] Disk is full"))
    put(maildir, "2", mail(subject, identity="<2@m>"))
    mails.read_mailbox(integration_id=integration.pk, now=now)
    assert Alert.objects.get().status == "resolved"


@pytest.mark.parametrize(
    "more",
    [
        "Auto-Submitted: auto-replied\n",
        "Auto-Submitted: auto-notified; x=1\n",
        "Return-Path: <>\n",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n",
        "X-Auto-Response-Suppress: All\nIn-Reply-To: <thread@here>\n",
    ],
)
def test_loops_are_refused(integration: Integration, maildir: Path, now: datetime, more: str) -> None:
    put(maildir, "1", mail("Out of office", more=more))
    mails.read_mailbox(integration_id=integration.pk, now=now)
    assert not Alert.objects.exists()
    assert integration.rejects.get().reason == "loop"
    assert not list((maildir / "new").iterdir()), "it is not read again and again"


def test_a_mail_that_a_monitoring_tool_marks_as_generated_is_welcome(
    integration: Integration, maildir: Path, now: datetime
) -> None:
    put(maildir, "1", mail("Disk is full", more="Auto-Submitted: auto-generated\n"))
    mails.read_mailbox(integration_id=integration.pk, now=now)
    assert Incident.objects.count() == 1


def test_a_large_mail_is_rejected_unread(integration: Integration, maildir: Path, now: datetime, settings: Any) -> None:
    settings.MAIL_BYTES_MAX = 1_000
    put(maildir, "1", mail("Disk is full", text="x" * 2_000))
    mails.read_mailbox(integration_id=integration.pk, now=now)
    assert integration.rejects.get().reason == "too_large"


def test_many_mails_are_read_in_portions(integration: Integration, maildir: Path, now: datetime, settings: Any) -> None:
    settings.MAILS_AT_ONCE_MAX = 2
    for number in range(3):
        put(maildir, str(number), mail(f"Disk {number} is full", identity=f"<{number}@m>"))
    assert mails.read_mailbox(integration_id=integration.pk, now=now) == now, "at once again"
    assert Alert.objects.count() == 2
    assert mails.read_mailbox(integration_id=integration.pk, now=now) == now + timedelta(seconds=60)
    assert Alert.objects.count() == 3


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00garbage",
        b"Subject: =?utf-8?b?!!!!?=\r\n\r\nx",
        b"Content-Type: multipart/mixed\r\n\r\n--",
        b"From: <\r\nSubject: a\r\n\r\n",
    ],
    ids=["nothing", "no text", "a broken subject", "a broken multipart", "a broken address"],
)
def test_no_mail_stops_the_reading(integration: Integration, maildir: Path, now: datetime, raw: bytes) -> None:
    put(maildir, "1", raw)
    put(maildir, "2", mail("Disk is full"))
    mails.read_mailbox(integration_id=integration.pk, now=now)
    assert "Disk is full" in set(Alert.objects.values_list("title", flat=True))
    assert not list((maildir / "new").iterdir())


@pytest.mark.parametrize("folder", ["../etc", "/etc", "a/b", "..", ""])
def test_a_maildir_stands_below_its_root(cast: Cast, now: datetime, folder: str) -> None:
    wanted = Settings(title="Mail", config={"how": "maildir", "maildir": folder})
    with pytest.raises(Invalid):
        create(caller=cast.caller("editor"), team=cast.payments, name="m", kind="email", settings=wanted, now=now)


@pytest.fixture
def letterbox() -> Iterator[Letterbox]:
    with imap_server() as box:
        yield box


@pytest.fixture
def over_imap(cast: Cast, letterbox: Letterbox, now: datetime, settings: Any) -> Integration:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    config = {"how": "imap", "host": "127.0.0.1", "port": letterbox.port, "security": "none", "username": "alerts"}
    wanted = Settings(title="Mail", config=config, secrets={"password": "s3cret"})
    return create(
        caller=cast.caller("editor"), team=cast.payments, name="imap", kind="email", settings=wanted, now=now
    ).integration


def test_an_imap_folder_is_read_and_marked(over_imap: Integration, letterbox: Letterbox, now: datetime) -> None:
    letterbox.put(mail("Disk is full"))
    letterbox.put(mail("Disk is full: RESOLVED", identity="<2@m>"))
    mails.read_mailbox(integration_id=over_imap.pk, now=now)
    assert Alert.objects.get().status == "resolved"
    assert letterbox.seen == {1, 2}


def test_a_mail_that_could_not_be_marked_has_its_effect_once(
    over_imap: Integration, letterbox: Letterbox, now: datetime
) -> None:
    letterbox.put(mail("Disk is full"))
    letterbox.failing = {"STORE"}
    mails.read_mailbox(integration_id=over_imap.pk, now=now)
    assert (Alert.objects.get().times_seen, letterbox.asked.count("STORE")) == (1, 1)
    letterbox.failing = set()
    mails.read_mailbox(integration_id=over_imap.pk, now=now + timedelta(minutes=1))
    assert Alert.objects.get().times_seen == 1


def test_a_wrong_password_is_told_without_the_password(
    over_imap: Integration, letterbox: Letterbox, now: datetime
) -> None:
    letterbox.password = "another"
    mails.read_mailbox(integration_id=over_imap.pk, now=now)
    over_imap.refresh_from_db()
    assert "wrong user or password" in over_imap.last_error
    assert "s3cret" not in over_imap.last_error
    assert over_imap.secrets is not None
    assert b"s3cret" not in bytes(over_imap.secrets)


def test_a_private_address_is_not_connected_to(
    over_imap: Integration, letterbox: Letterbox, now: datetime, settings: Any
) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = []
    mails.read_mailbox(integration_id=over_imap.pk, now=now)
    over_imap.refresh_from_db()
    assert "OUTBOUND_ALLOWED_HOSTS" in over_imap.last_error
    assert letterbox.asked == []
