"""Reading secret addresses: a person's own, and the one behind a secret."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import QuerySet

from reliability.access.domain.caller import Caller
from reliability.access.domain.secret import hash_of_secret
from reliability.access.models import SecretAddress
from reliability.web.errors import NotFound

_SECRET_LENGTH_MAX = 200

A = TypeVar("A", bound=SecretAddress)


def held_by(*, model: type[A], caller: Caller) -> QuerySet[A]:
    """The caller's own in force, newest first."""
    found = model._default_manager.filter(user_id=caller.user_id or 0, revoked_at=None)
    return found.order_by("-created_at", "-pk")


def address_of_secret(*, model: type[A], secret: str, joined: tuple[str, ...], place: str) -> A:
    """The one in force behind a secret, with its user. Raises NotFound, also when its person left.

    place: where a new one is made, in words.
    """
    wanted = hash_of_secret(secret[:_SECRET_LENGTH_MAX])
    rows = model._default_manager.filter(secret_hash=wanted, revoked_at=None, user__is_active=True)
    found = rows.select_related("user", *joined).first()
    if found is None:
        raise NotFound(f"there is no such calendar, or its address was revoked: make a new one under {place}")
    return found
