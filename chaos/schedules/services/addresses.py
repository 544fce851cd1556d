"""Secret addresses of the chaos calendar: made, read, revoked. Only the SHA-256 of the secret is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from chaos.schedules.models import CalendarAddress
from reliability.access.domain.caller import Caller
from reliability.access.domain.secret import new_link_secret
from reliability.access.models import Team
from reliability.access.services import audit
from reliability.web.errors import Conflict, Forbidden, NotFound

_READ_NOTED_EVERY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class NewAddress:
    """secret: in the address, shown once."""

    address: CalendarAddress
    secret: str


def create(*, caller: Caller, team: Team | None, now: datetime) -> NewAddress:
    """An address of one readable team, or of all that the caller may read. Raises Forbidden, Conflict."""
    if caller.user_id is None:
        raise Forbidden("a calendar belongs to a person, tokens read the API", reason="not_a_person")
    with transaction.atomic():
        held = CalendarAddress.objects.filter(user_id=caller.user_id, revoked_at=None).count()
        if held >= settings.CALENDAR_ADDRESSES_MAX:
            raise Conflict(f"you have {held} calendar addresses already: revoke one you do not use", reason="too_many")
        secret = new_link_secret()
        made = CalendarAddress.objects.create(
            user_id=caller.user_id, team=team, hint=secret.prefix, secret_hash=secret.hash, created_at=now
        )
        _record(caller, "calendar_address.create", made, now)
    return NewAddress(made, secret.text)


def revoke(*, caller: Caller, address_id: int, now: datetime) -> CalendarAddress:
    """End an own address, or anybody's as an administrator. Raises NotFound."""
    with transaction.atomic():
        mine = Q() if caller.is_administrator else Q(user_id=caller.user_id or 0)
        found = CalendarAddress.objects.filter(mine, pk=address_id, revoked_at=None).select_related("team").first()
        if found is None:
            raise NotFound("there is no such calendar address of yours, or it is revoked already")
        found.revoked_at = now
        found.save(update_fields=("revoked_at",))
        _record(caller, "calendar_address.revoke", found, now)
    return found


def note_read(*, address: CalendarAddress, now: datetime) -> None:
    """Remember that a calendar asked, coarsely: many poll every minute."""
    if address.last_read_at is None or now - address.last_read_at >= _READ_NOTED_EVERY:
        CalendarAddress.objects.filter(pk=address.pk).update(last_read_at=now)


def _record(caller: Caller, action: str, address: CalendarAddress, now: datetime) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind="calendar_address",
        object_name=f"{address.hint}… {address.team.slug if address.team else 'every team'}",
        team_id=address.team_id,
        now=now,
    )
