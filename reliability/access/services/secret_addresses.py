"""Secret addresses of calendars: made, read, revoked. Only the SHA-256 of the secret is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.db.models import Q

from reliability.access.domain.caller import Caller
from reliability.access.domain.secret import new_link_secret
from reliability.access.models import SecretAddress
from reliability.access.selectors.secret_addresses import held_by
from reliability.access.services import audit
from reliability.web.errors import Conflict, Forbidden, NotFound

_READ_NOTED_EVERY = timedelta(minutes=10)

A = TypeVar("A", bound=SecretAddress)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[A]):
    """noun: in the audit trail. subject_of: what stands behind an address, in a word, and the id of its team."""

    model: type[A]
    noun: str
    subject_of: Callable[[A], tuple[str, int | None]]


@dataclass(frozen=True, slots=True)
class NewAddress(Generic[A]):
    """secret: in the address, shown once."""

    address: A
    secret: str


def create(
    *, kind: Kind[A], caller: Caller, columns: Mapping[str, Any], count_max: int, now: datetime
) -> NewAddress[A]:
    """An address of the caller's. Raises Forbidden, Conflict when they hold *count_max*."""
    if caller.user_id is None:
        raise Forbidden("a calendar belongs to a person, tokens read the API", reason="not_a_person")
    with transaction.atomic():
        held = held_by(model=kind.model, caller=caller).count()
        if held >= count_max:
            raise Conflict(f"you have {held} calendar addresses already: revoke one you do not use", reason="too_many")
        secret = new_link_secret()
        made = kind.model._default_manager.create(
            **columns, user_id=caller.user_id, hint=secret.prefix, secret_hash=secret.hash, created_at=now
        )
        _record(kind, caller, "create", made, now)
    return NewAddress(made, secret.text)


def revoke(*, kind: Kind[A], caller: Caller, address_id: int, now: datetime) -> A:
    """End an own address, or anybody's as an administrator. Raises NotFound."""
    with transaction.atomic():
        mine = Q() if caller.is_administrator else Q(user_id=caller.user_id or 0)
        found = kind.model._default_manager.filter(mine, pk=address_id, revoked_at=None).first()
        if found is None:
            raise NotFound("there is no such calendar address of yours, or it is revoked already")
        found.revoked_at = now
        found.save(update_fields=("revoked_at",))
        _record(kind, caller, "revoke", found, now)
    return found


def note_read(*, address: SecretAddress, now: datetime) -> None:
    """Remember that a calendar asked, coarsely: many poll every minute."""
    if address.last_read_at is None or now - address.last_read_at >= _READ_NOTED_EVERY:
        type(address)._default_manager.filter(pk=address.pk).update(last_read_at=now)


def _record(kind: Kind[A], caller: Caller, verb: str, address: A, now: datetime) -> None:
    subject, team_id = kind.subject_of(address)
    audit.record(
        caller=caller,
        action=f"{kind.noun}.{verb}",
        object_kind=kind.noun,
        object_name=f"{address.hint}… {subject}",
        team_id=team_id,
        now=now,
    )
