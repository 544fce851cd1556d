"""Mails of strangers: anybody may write to an address, and none of them may keep the others from being read."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from incidents.intake.domain.refusals import RejectedError
from incidents.intake.models import Integration, Reject
from incidents.intake.services import mails
from incidents.intake.sources.email import parse as parsing
from incidents.response.models import Alert
from tests.cast import Cast, IntegrationFactory

MEGABYTE = 1024 * 1024
HEAD = b"Subject: Disk\r\nFrom: Nagios <nagios@example.org>\r\n"
HTML = HEAD + b"Content-Type: text/html\r\n\r\n"

# Each took from ten seconds to hours, or ended in an exception.
COSTLY = {
    "an address in five thousand parentheses": b"Subject: Disk\r\nFrom: " + b"(" * 5_000 + b"\r\n\r\nfull",
    "a megabyte of recipients": HEAD + b"To: " + b"a@b.c," * (MEGABYTE // 7) + b"\r\n\r\nfull",
    "a megabyte of words as sender": b"Subject: Disk\r\nFrom: " + b"a " * (MEGABYTE // 3) + b"\r\n\r\nfull",
    "a megabyte of encoded words": b"Subject: Disk " + b"=?utf-8?q?a?= " * (MEGABYTE // 15) + b"\r\n\r\nfull",
    "a megabyte of parameters": HEAD + b"Content-Type: text/plain" + b"; a=b" * (MEGABYTE // 6) + b"\r\n\r\nfull",
    "a megabyte of < in HTML": HTML + b"<" * (MEGABYTE - 200),
    "a hundred thousand parts": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\n\r\n" * (MEGABYTE // 8),
    "parts within parts": HEAD
    + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth) for depth in range(900))
    + b"\r\n\r\nfull",
}


@pytest.mark.parametrize("raw", COSTLY.values(), ids=COSTLY.keys())
def test_a_mail_made_to_be_slow_is_read_or_refused_within_seconds(raw: bytes) -> None:
    began = time.process_time()
    with suppress(RejectedError):
        assert parsing.parse(raw, config={}).alert.title.startswith("Disk")
    assert time.process_time() - began < 4


def test_a_long_report_in_plain_text_is_no_mail_of_too_many_parts() -> None:
    found = parsing.parse(HEAD + b"\r\n" + b"-----\r\n| a |\r\n" * 5_000, config={})
    assert found.alert.description.startswith("-----")


@pytest.fixture
def maildir(settings: Any, tmp_path: Path) -> Path:
    settings.MAILDIR_ROOT = tmp_path
    (tmp_path / "payments" / "shop" / "new").mkdir(parents=True)
    return tmp_path / "payments" / "shop" / "new"


@pytest.fixture
def integration(cast: Cast, maildir: Path) -> Integration:
    made: Integration = IntegrationFactory(
        team=cast.payments, kind="email", config={"how": "maildir", "maildir": "shop", "poll_seconds": 60}
    )
    return made


def test_a_mail_that_breaks_the_parser_is_kept_as_a_reject_and_those_behind_it_are_read(
    integration: Integration, maildir: Path, monkeypatch: pytest.MonkeyPatch, now: Any
) -> None:
    whole = parsing.parse

    def fragile(raw: bytes, **options: Any) -> parsing.Mail:
        if b"broken" in raw:
            raise RuntimeError("nobody thought of this")
        return whole(raw, **options)

    monkeypatch.setattr(mails, "parse", fragile)
    (maildir / "1").write_bytes(b"Message-ID: <1@x>\r\nSubject: broken\r\n\r\n")
    (maildir / "2").write_bytes(b"Message-ID: <2@x>\r\nSubject: Disk full\r\n\r\n")
    mails.read_mailbox(integration_id=integration.pk, now=now)
    assert Alert.objects.get().title == "Disk full"
    reject = Reject.objects.get(integration=integration)
    assert (reject.reason, "RuntimeError" in reject.message) == ("malformed", True)
    assert "nobody thought of this" not in reject.message
    assert list(maildir.iterdir()) == []


def test_an_editor_of_another_team_cannot_read_the_mailbox_by_naming_its_folder(
    cast: Cast, maildir: Path, now: Any
) -> None:
    config = {"how": "maildir", "maildir": "shop", "poll_seconds": 60}
    theirs = IntegrationFactory(team=cast.search, kind="email", config=config)
    (maildir / "1").write_bytes(b"Message-ID: <1@x>\r\nSubject: Disk of Payments is full\r\n\r\n")
    mails.read_mailbox(integration_id=theirs.pk, now=now)
    assert not Alert.objects.exists()
    assert [path.name for path in maildir.iterdir()] == ["1"]
    theirs.refresh_from_db()
    assert "is no maildir" in theirs.last_error
