"""Integrations with a key that is known, and senders without a session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from incidents.intake.models import Integration, IntegrationKey
from incidents.intake.services.throttling import ALLOWANCE
from reliability.access.domain.secret import hash_of_secret
from reliability.access.services.wrong_keys import WRONG_KEYS
from tests.cast import BEGINNING, Cast, IntegrationFactory

KEY = "0123456789abcdef0123456789abcdef"
PROTOCOLS = Path(__file__).parent.parent / "protocols"
Make = Callable[..., Integration]


def recorded(kind: str, name: str) -> bytes:
    return (PROTOCOLS / kind / f"{name}.json").read_bytes()


@pytest.fixture
def integrate(cast: Cast) -> Make:
    """An integration of Payments that `key` opens."""

    def make(kind: str, *, key: str = KEY, **fields: Any) -> Integration:
        integration = IntegrationFactory(**({"team": cast.payments, "kind": kind} | fields))
        IntegrationKey.objects.create(
            integration=integration, prefix=key[:6], secret_hash=hash_of_secret(key), created_at=BEGINNING
        )
        return integration

    return make


@pytest.fixture
def sender() -> Client:
    """Somebody without a session, whose requests are checked for CSRF tokens as in production."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture(autouse=True)
def _fresh_counts() -> Iterator[None]:
    """What a process counts in memory is not shared between tests."""
    WRONG_KEYS.forget()
    ALLOWANCE.forget()
    yield
    WRONG_KEYS.forget()
    ALLOWANCE.forget()
