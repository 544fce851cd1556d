"""A mail server that lies about sizes or keeps the reader waiting: bounded, and said on the page of the integration."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from incidents.intake.models import Integration
from incidents.intake.services import mails
from incidents.intake.sources.email import mailbox
from reliability.access.services.vault import encrypt
from tests.cast import Cast, IntegrationFactory


class Conversation(socketserver.StreamRequestHandler):
    """IMAP up to the mail itself, of which `literal` bytes are announced and one comes at a time."""

    literal = 0
    byte_every = 60.0
    is_over = threading.Event()

    def handle(self) -> None:
        self.say("* OK [CAPABILITY IMAP4rev1] ready")
        while line := self.rfile.readline().decode().strip():
            tag, _, command = line.partition(" ")
            if "BODY.PEEK" in command:
                return self.dribble()
            for answer in self.answers(command.upper()):
                self.say(answer)
            self.say(f"{tag} OK done")
        return None

    def dribble(self) -> None:
        self.say(f"* 1 FETCH (UID 1 BODY[] {{{self.literal}}}")
        with suppress(OSError):
            while not self.is_over.wait(self.byte_every):
                self.wfile.write(b"x")

    def answers(self, command: str) -> list[str]:
        known = {
            "CAPABILITY": "* CAPABILITY IMAP4rev1",
            "SELECT": "* 1 EXISTS",
            "UID SEARCH": "* SEARCH 1",
            "UID FETCH": "* 1 FETCH (UID 1 RFC822.SIZE 100)",
        }
        return [answer for word, answer in known.items() if command.startswith(word)]

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def server(*, literal: int, byte_every: float) -> Iterator[int]:
    is_over = threading.Event()
    fields = {"literal": literal, "byte_every": byte_every, "is_over": is_over}
    handler = type("Liar", (Conversation,), fields)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as listening:
        listening.daemon_threads = True
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        try:
            yield listening.server_address[1]
        finally:
            is_over.set()
            listening.shutdown()
            thread.join()


def integration_at(cast: Cast, port: int) -> Integration:
    config = {
        "how": "imap",
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "username": "alerts",
        "folder": "INBOX",
        "poll_seconds": 60,
    }
    secrets = encrypt('{"password": "s3cret-of-the-mailbox"}')
    made: Integration = IntegrationFactory(team=cast.payments, kind="email", config=config, secrets=secrets)
    return made


def test_a_mail_larger_than_announced_is_not_even_begun(cast: Cast, settings: Any, now: Any) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    with server(literal=9_999_999_999, byte_every=60) as port:
        integration = integration_at(cast, port)
        began = time.monotonic()
        mails.read_mailbox(integration_id=integration.pk, now=now)
        assert time.monotonic() - began < 5
    integration.refresh_from_db()
    assert "announces 9,999,999,999 bytes" in integration.last_error
    assert "s3cret-of-the-mailbox" not in integration.last_error


def test_a_server_that_sends_byte_by_byte_is_left_in_bounded_time(
    cast: Cast, settings: Any, now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr(mailbox, "SECONDS_IN_ALL_MAX", 0.6)
    with server(literal=1_000, byte_every=0.05) as port:
        integration = integration_at(cast, port)
        began = time.monotonic()
        mails.read_mailbox(integration_id=integration.pk, now=now)
        assert time.monotonic() - began < 5
    integration.refresh_from_db()
    assert integration.last_error.startswith("127.0.0.1: ")


def test_a_private_host_is_refused_and_the_page_says_what_to_allow(cast: Cast, settings: Any, now: Any) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = []
    integration = integration_at(cast, 9)
    mails.read_mailbox(integration_id=integration.pk, now=now)
    integration.refresh_from_db()
    assert "is the machine itself" in integration.last_error
    assert "OUTBOUND_ALLOWED_HOSTS" in integration.last_error
