"""A message with everything in it, receivers that may be reached, and golden files of what goes over the wire."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from reliability.channels.domain.message import Action, Event, Link, Message
from tests.servers.receivers import HttpReceiver, Received, recording_http

GOLDEN = Path(__file__).parent / "golden"

MESSAGE = Message(
    event=Event.TRIGGER,
    subject_key="incident:42",
    idempotency_key="msg_2f0c1b9a",
    title="Checkout fails for <everyone> & all",
    text="14.4 times the budget burns.\nWhere: checkout-api\n* first step: runbook_1",
    severity="critical",
    severity_word="Sev2",
    url="https://rel.example.org/incidents/42/",
    at=datetime(2026, 3, 2, 11, 59, 30, tzinfo=UTC),
    team="Payments",
    service="checkout-api",
    ack_url="https://rel.example.org/a/one-person-token/",
    actions=(
        Action("acknowledge", "Acknowledge", "signed-ack"),
        Action("escalate", "Escalate", "signed-escalate"),
        Action("resolve", "Resolve", "signed-resolve"),
        Action("take_command", "Take command", "signed-command"),
    ),
    links=(Link("Runbook", "https://wiki.example.org/runbook?a=1&b=2"),),
    details={"Objective": "99.9 % of checkouts", "Burn rate": "14.4"},
)


@pytest.fixture
def message() -> Callable[..., Message]:
    return lambda **changes: replace(MESSAGE, **changes)


@pytest.fixture(autouse=True)
def _loopback_is_allowed(settings: Settings) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    settings.PUBLIC_URL = "https://rel.example.org"
    settings.DEFAULT_FROM_EMAIL = "Reliability <reliability@rel.example.org>"


@pytest.fixture
def receiver() -> Iterator[Callable[..., HttpReceiver]]:
    """`receiver(Scripted(429), …)`: a receiver with that script."""
    with ExitStack() as stack:
        yield lambda *script: stack.enter_context(recording_http(script))


def wire(request: Received) -> bytes:
    """The request as it went out, with the port and the library's versions taken out."""
    lines = [f"{request.method} {request.target}"]
    lines += [f"{name}: {_steady(value)}" for name, value in sorted(request.headers.items(), key=_by_name)]
    return "\n".join(lines).encode() + b"\n\n" + request.body + b"\n"


def _by_name(pair: tuple[str, str]) -> str:
    return pair[0].lower()


def _steady(value: str) -> str:
    value = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", value)
    return re.sub(r"(python-pagerduty|httpx2|Python)/[\d.]+", r"\1/VERSION", value)


def assert_golden(name: str, content: bytes) -> None:
    """Compare with tests/channels/golden/<name>. A file that is not there yet is written, and the test fails once."""
    path = GOLDEN / name
    if not path.exists():
        path.write_bytes(content)
        pytest.fail(f"wrote {path.name}: read it, then run again")
    assert content == path.read_bytes()


SECRETS: dict[str, dict[str, Any]] = {
    "pagerduty": {"routing_key": "R0123456789ABCDEFGHIJKLMNOPQRSTU"},
    "webhook": {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
    "ntfy": {"topic": "payments-k3jx9", "token": "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2"},
}
