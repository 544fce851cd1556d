"""Sessions: how they begin, and how a person ends them."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest

from reliability.access.domain.caller import Caller
from reliability.access.models import Session, User
from reliability.access.services import audit
from reliability.access.sessions import SIGNED_IN_AT_KEY, USER_AGENT_KEY

BACKEND = "django.contrib.auth.backends.ModelBackend"


def begin(*, request: HttpRequest, person: User, now: datetime) -> None:
    """Sign *person* in with a fresh session key, and remember from which browser."""
    with transaction.atomic():
        login(request, person, backend=BACKEND)
        request.session[USER_AGENT_KEY] = request.headers.get("User-Agent", "")[:200]
        request.session[SIGNED_IN_AT_KEY] = now.isoformat()
        Session.objects.filter(expire_date__lt=now).delete()
        _record(person=person, action="person.sign_in", now=now)


def end_everywhere(*, person: User, keep_session: str | None, now: datetime) -> int:
    """End every session of the person but *keep_session*; returns how many."""
    with transaction.atomic():
        ended = end_sessions(person=person, except_key=keep_session)
        _record(person=person, action="person.sign_out_everywhere", now=now)
    return ended


def end_sessions(*, person: User, except_key: str | None = None) -> int:
    """Delete the sessions; call it inside the transaction of its cause."""
    sessions = person.sessions.exclude(session_key=except_key) if except_key else person.sessions.all()
    return sessions.delete()[0]


def _record(*, person: User, action: str, now: datetime) -> None:
    audit.record(
        caller=Caller(name=person.name or person.email, user_id=person.pk),
        action=action,
        object_kind="person",
        object_name=person.email,
        team_id=None,
        now=now,
    )
