"""Keys of integrations: made, shown once, replaced with both in force for a while, revoked."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from incidents.intake.models import Integration, IntegrationKey
from reliability.access.domain.caller import Caller, Role
from reliability.access.domain.secret import hash_of_secret
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.web.errors import Invalid, NotFound

KEY_BYTES = 16  # 32 hexadecimal digits, as PagerDuty's keys have: some tools check the length
OVERLAP_MAX = timedelta(days=90)
_PREFIX_LENGTH = 6


@dataclass(frozen=True, slots=True)
class NewKey:
    """The key and its text, which nobody sees again."""

    key: IntegrationKey
    text: str


def make(*, integration: Integration, now: datetime) -> NewKey:
    """A key without an end. Called in the transaction of its cause."""
    text = secrets.token_hex(KEY_BYTES)
    key = IntegrationKey.objects.create(
        integration=integration, prefix=text[:_PREFIX_LENGTH], secret_hash=hash_of_secret(text), created_at=now
    )
    return NewKey(key=key, text=text)


def in_force(*, integration: Integration, now: datetime) -> list[IntegrationKey]:
    """The keys that open it now, the newest first."""
    return list(
        IntegrationKey.objects.filter(integration=integration, revoked_at=None).filter(
            Q(expires_at=None) | Q(expires_at__gt=now)
        )
    )


def is_in_force(key: IntegrationKey, *, now: datetime) -> bool:
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > now)


def rotate(*, caller: Caller, integration: Integration, overlap: timedelta, now: datetime, reason: str = "") -> NewKey:
    """A new key; the former ones stay valid for *overlap*, unless they end earlier. Raises Forbidden, Invalid."""
    require(caller=caller, team_id=integration.team_id, role=Role.EDITOR)
    if not timedelta(0) <= overlap <= OVERLAP_MAX:
        message = f"the former key may stay valid for 0 to {OVERLAP_MAX.days} days"
        raise Invalid(details=[{"field": "overlap_hours", "message": message}])
    end_at = now + overlap
    with transaction.atomic():
        Integration.objects.select_for_update().get(pk=integration.pk)
        former = in_force(integration=integration, now=now)
        for key in former:
            if key.expires_at is None or key.expires_at > end_at:
                key.expires_at = end_at
                key.save(update_fields=("expires_at",))
        made = make(integration=integration, now=now)
        changes: dict[str, list[Any]] = {
            "key": [", ".join(f"{key.prefix}…" for key in former) or None, f"{made.key.prefix}…"],
            "former_until": [None, end_at],
        }
        _record(caller, "integration.rotate", integration, now, changes, reason)
    return made


def revoke(*, caller: Caller, integration: Integration, key_id: int, now: datetime, reason: str = "") -> IntegrationKey:
    """End a key at once; again changes nothing. Raises Forbidden, NotFound."""
    require(caller=caller, team_id=integration.team_id, role=Role.EDITOR)
    with transaction.atomic():
        key = IntegrationKey.objects.select_for_update().filter(pk=key_id, integration=integration).first()
        if key is None:
            raise NotFound("this integration has no such key")
        if key.revoked_at is None:
            key.revoked_at = now
            key.save(update_fields=("revoked_at",))
            changes = {"key": [f"{key.prefix}…", None]}
            _record(caller, "integration.revoke_key", integration, now, changes, reason)
    return key


def _record(
    caller: Caller, action: str, integration: Integration, now: datetime, changes: audit.Changes, reason: str
) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind="integration",
        object_name=integration.name,
        team_id=integration.team_id,
        now=now,
        changes=changes,
        reason=reason,
    )
