"""Passwords: the rules, the change, and the one-time link by which a person sets one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from reliability.access.domain.caller import Caller
from reliability.access.domain.secret import new_link_secret
from reliability.access.lockout import forget_failures
from reliability.access.models import User
from reliability.access.selectors.people import person_of_link
from reliability.access.services import audit
from reliability.access.services.authorize import require_installation
from reliability.access.services.sessions import end_sessions
from reliability.web.errors import Invalid, NotFound

LINK_LIVES = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Link:
    """A link shown once to the administrator who asked for it."""

    person: User
    secret: str
    expires_at: datetime


def check_password_rules(*, password: str, email: str = "", name: str = "") -> None:
    """Raises Invalid with every rule the password breaks."""
    try:
        validate_password(password, user=User(email=email, name=name))
    except ValidationError as error:
        raise Invalid(details=[{"field": "password", "message": message} for message in error.messages]) from error


def give_link(*, person: User, now: datetime) -> Link:
    """A fresh link in place of any older one; call it inside the transaction that audits it."""
    secret = new_link_secret()
    person.link_hash, person.link_expires_at = secret.hash, now + LINK_LIVES
    person.save(update_fields=("link_hash", "link_expires_at"))
    return Link(person=person, secret=secret.text, expires_at=person.link_expires_at)


def make_reset_link(*, caller: Caller, person: User, now: datetime, reason: str = "") -> Link:
    """A link by which *person* sets a new password; the old password works until then. Raises Forbidden, Invalid."""
    require_installation(caller=caller)
    if not person.is_active:
        raise Invalid(f"{person.email} is deactivated: activate the person first")
    with transaction.atomic():
        link = give_link(person=person, now=now)
        _record(caller=caller, action="person.reset_link", person=person, now=now, reason=reason)
    return link


def redeem_link(*, secret: str, password: str, now: datetime) -> User:
    """Set the password of the link's owner, end their sessions and lift their lock-out.

    Raises NotFound when the link is used, replaced or expired, Invalid for a weak password.
    """
    with transaction.atomic():
        person = person_of_link(secret=secret, now=now, lock=True)
        if person is None:
            raise NotFound("this link was used already, was replaced, or has expired: ask for a new one")
        check_password_rules(password=password, email=person.email, name=person.name)
        person.link_hash, person.link_expires_at = "", None
        _set(person=person, password=password, also=("link_hash", "link_expires_at"))
        own = Caller(name=person.name, user_id=person.pk)
        _record(caller=own, action="person.set_password", person=person, now=now, reason="by a one-time link")
    return person


def change_password(
    *, caller: Caller, person: User, password: str, now: datetime, keep_session: str | None = None, reason: str = ""
) -> None:
    """Set a password and end every other session of the person. Raises Invalid for a weak one."""
    check_password_rules(password=password, email=person.email, name=person.name)
    with transaction.atomic():
        _set(person=person, password=password, keep_session=keep_session)
        _record(caller=caller, action="person.set_password", person=person, now=now, reason=reason)


def _set(*, person: User, password: str, also: tuple[str, ...] = (), keep_session: str | None = None) -> None:
    person.set_password(password)
    person.save(update_fields=("password", *also))
    end_sessions(person=person, except_key=keep_session)
    forget_failures(email=person.email)


def _record(*, caller: Caller, action: str, person: User, now: datetime, reason: str) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind="person",
        object_name=person.email,
        team_id=None,
        now=now,
        reason=reason,
    )
