"""Messages of this room's own: tests, and the codes that verify a contact method."""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex
from urllib.parse import urljoin

from django.conf import settings

from reliability.channels.domain.message import Event, Message


def test_message(*, title: str, by: str, path: str, team: str, now: datetime) -> Message:
    key = f"test-{token_hex(12)}"
    return Message(
        event=Event.TEST,
        subject_key=key,
        idempotency_key=key,
        title=f"Test of {title}",
        text=f"{by} tests whether messages arrive here. There is nothing to do.",
        severity="info",
        severity_word="",
        url=urljoin(f"{settings.PUBLIC_URL}/", path.lstrip("/")),
        at=now,
        team=team,
    )


def code_message(*, code: str, minutes: int, path: str, now: datetime) -> Message:
    key = f"code-{token_hex(12)}"
    return Message(
        event=Event.TEST,
        subject_key=key,
        idempotency_key=key,
        title=f"Your code is {code}",
        text=f"Enter {code} within {minutes} minutes, so that pages may reach you here. "
        "If you did not ask for it, do nothing.",
        severity="info",
        severity_word="",
        url=urljoin(f"{settings.PUBLIC_URL}/", path.lstrip("/")),
        at=now,
        team="",
    )
