"""Who asks: somebody of the cast in a browser, or a program with a token."""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_urlsafe
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client

from reliability.access.models import User
from reliability.access.sessions import SessionStore
from tests.cast import ApiTokenFactory, Cast


@pytest.fixture
def as_(cast: Cast) -> Callable[[str], Client]:
    """A browser signed in as somebody of the cast, or nobody: `as_("viewer").get("/slos/")`, `as_("anonymous")`."""

    def browser(name: str) -> Client:
        client = Client()
        if name != "anonymous":
            client.cookies[settings.SESSION_COOKIE_NAME] = _session_of(cast.person(name))
        return client

    return browser


def _session_of(person: User) -> str:
    """A session as signing in leaves it, without what else hears of that."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return str(session.session_key)


@pytest.fixture
def bearer(db: None) -> Callable[..., Client]:
    """A client that presents a fresh token: `bearer(team=cast.payments, role=Role.VIEWER, scopes=["read"])`."""

    def client(**fields: Any) -> Client:
        secret = token_urlsafe(32)
        ApiTokenFactory(**fields, secret=secret)
        return Client(headers={"Authorization": f"Bearer {secret}"})

    return client
