"""A public page of Payments with two components, a clock that only moves when told, and workers that do what is due."""

from __future__ import annotations

import email
import email.policy
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from incidents.status_page.domain.states import ComponentState
from incidents.status_page.models import Component, PublicIncident, StatusPage, Update
from incidents.status_page.services import components, incidents, pages, updates
from incidents.status_page.services.components import ComponentDraft
from incidents.status_page.services.incidents import IncidentDraft
from incidents.status_page.services.pages import PageDraft
from incidents.status_page.services.updates import UpdateDraft
from reliability.outbox.models import Due
from reliability.outbox.services import runs
from reliability.outbox.services.claims import Claim
from reliability.outbox.services.tick import tick
from tests.cast import Cast


@dataclass
class MailServer:
    """aiosmtpd as a process of its own, which keeps mails in a Maildir with their envelope in two headers."""

    host: str
    port: int
    directory: Path

    def mails(self) -> list[EmailMessage]:
        """In the order in which they came."""
        paths = sorted((self.directory / "new").iterdir(), key=lambda path: path.stat().st_mtime_ns)
        return [self._read(path) for path in paths]

    @staticmethod
    def _read(path: Path) -> EmailMessage:
        parsed = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@pytest.fixture(scope="module")
def mail_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    directory = tmp_path_factory.mktemp("mails") / "box"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}"]
    process = subprocess.Popen([*command, "-c", "aiosmtpd.handlers.Mailbox", str(directory)])
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert time.monotonic() < deadline, "the mail server did not start"
                time.sleep(0.05)
        yield MailServer("127.0.0.1", port, directory)
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture
def mail_server(mail_process: MailServer, settings: Settings) -> MailServer:
    for path in (mail_process.directory / "new").iterdir():
        path.unlink()
    settings.EMAIL_HOST, settings.EMAIL_PORT = mail_process.host, mail_process.port
    return mail_process


@pytest.fixture(autouse=True)
def _here(settings: Settings, tmp_path: Path) -> None:
    settings.PUBLIC_URL = "https://ours.example.org"
    settings.DATA_DIR = tmp_path
    settings.DEFAULT_FROM_EMAIL = "Reliability <status@mail.example.org>"
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_MAILBOX = settings.EMAIL_HOST = ""
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]


class Clock:
    """Seconds pass only when a test says so."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def __call__(self) -> datetime:
        return self.now

    def work(self, *, minutes: float = 0.0) -> None:
        """Do everything that is due, as workers would, a step at a time."""
        self.now = max(self.now, timezone.now())  # which views read
        ends_at = self.now + timedelta(minutes=minutes)
        step = timedelta(minutes=max(minutes / 20, 1 / 12))
        while True:
            while tick(now=self.now, hand_over=self._do):
                pass
            if self.now >= ends_at:
                return
            self.now = min(self.now + step, ends_at)

    def _do(self, claim: Claim) -> None:
        outcome = runs.run(due_id=claim.due_id, token=claim.token, owner="test", clock=self)
        assert outcome in (runs.Outcome.DONE, runs.Outcome.MOVED), Due.objects.get(pk=claim.due_id).last_error


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def page(cast: Cast, clock: Clock) -> StatusPage:
    editor = cast.caller("editor")
    draft = PageDraft(slug="shop", title="Shop", description="How the shop does")
    page = pages.create(caller=editor, team_id=cast.payments.pk, draft=draft, now=clock.now)
    for name in ("Checkout", "Search"):
        components.create(caller=editor, page_id=page.pk, draft=ComponentDraft(name=name), now=clock.now)
    return page


def component(page: StatusPage, name: str) -> Component:
    return Component.objects.get(page=page, name=name)


Tell = Callable[..., Update]


@pytest.fixture
def tell(cast: Cast, page: StatusPage, clock: Clock) -> Tell:
    """Publish an update of a public incident about a component; the first one opens it."""
    opened: list[PublicIncident] = []

    def publish(body: str, *, status: str = "investigating", of: str = "Checkout", anew: bool = False) -> Update:
        said = {component(page, of).pk: ComponentState.PARTIAL_OUTAGE}
        draft = UpdateDraft(status=status, body=body, components=said if status != "resolved" else {})
        caller = cast.caller("responder")
        if not opened or anew:
            opened[:] = [
                incidents.open_incident(
                    caller=caller,
                    page_id=page.pk,
                    draft=IncidentDraft(title=f"{of} fails"),
                    update=draft,
                    now=clock.now,
                )
            ]
            return opened[0].updates.get()
        return updates.publish(caller=caller, page_id=page.pk, incident=opened[0].code, draft=draft, now=clock.now)

    return publish
