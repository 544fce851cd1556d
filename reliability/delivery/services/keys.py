"""Keys of delivery integrations: made, shown once, replaced with both in force for a while, revoked."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.access.services.vault import VaultError, decrypt, encrypt
from reliability.delivery.models import DeliveryIntegration, DeliveryKey
from reliability.web.errors import Invalid, NotFound

KEY_BYTES = 20
OVERLAP_MAX = timedelta(days=90)
_PREFIX_LENGTH = 6
_USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NewKey:
    """The key and its text, which nobody sees again."""

    key: DeliveryKey
    text: str


def make(*, integration: DeliveryIntegration, now: datetime) -> NewKey:
    """A key without an end. Called in the transaction of its cause."""
    text = secrets.token_hex(KEY_BYTES)
    key = DeliveryKey.objects.create(
        integration=integration, prefix=text[:_PREFIX_LENGTH], secret=encrypt(text), created_at=now
    )
    return NewKey(key=key, text=text)


def in_force(*, integration: DeliveryIntegration, now: datetime) -> list[DeliveryKey]:
    """The keys that open it now, the newest first."""
    found = DeliveryKey.objects.filter(integration=integration, revoked_at=None)
    return list(found.filter(Q(expires_at=None) | Q(expires_at__gt=now)))


def texts_of(keys: list[DeliveryKey]) -> list[tuple[DeliveryKey, str]]:
    """The keys with their texts; those whose encryption key is gone are left out: they open nothing."""
    found = []
    for key in keys:
        try:
            found.append((key, decrypt(key.secret)))
        except VaultError:
            continue
    return found


def note_use(*, key: DeliveryKey, now: datetime) -> None:
    """Remember that the key was used, at most once a minute."""
    unnoted = Q(last_used_at=None) | Q(last_used_at__lte=now - _USE_NOTED_EVERY)
    if key.last_used_at is None or now - key.last_used_at >= _USE_NOTED_EVERY:
        DeliveryKey.objects.filter(unnoted, pk=key.pk).update(last_used_at=now)


def rotate(
    *, caller: Caller, integration: DeliveryIntegration, overlap: timedelta, now: datetime, reason: str = ""
) -> NewKey:
    """A new key; the former ones stay valid for *overlap*, unless they end earlier. Raises Forbidden, Invalid."""
    require(caller=caller, team_id=integration.team_id, role=Role.EDITOR)
    if not timedelta(0) <= overlap <= OVERLAP_MAX:
        message = f"the former key may stay valid for 0 to {OVERLAP_MAX.days} days"
        raise Invalid(details=[{"field": "overlap_hours", "message": message}])
    end_at = now + overlap
    with transaction.atomic():
        DeliveryIntegration.objects.select_for_update().get(pk=integration.pk)
        former = in_force(integration=integration, now=now)
        for key in former:
            if key.expires_at is None or key.expires_at > end_at:
                key.expires_at = end_at
                key.save(update_fields=("expires_at",))
        made = make(integration=integration, now=now)
        changes: audit.Changes = {
            "key": [", ".join(f"{key.prefix}…" for key in former) or None, f"{made.key.prefix}…"],
            "former_until": [None, end_at],
        }
        record(caller, "delivery_integration.rotate", integration, now, changes, reason)
    return made


def revoke(
    *, caller: Caller, integration: DeliveryIntegration, key_id: int, now: datetime, reason: str = ""
) -> DeliveryKey:
    """End a key at once; again changes nothing. Raises Forbidden, NotFound."""
    require(caller=caller, team_id=integration.team_id, role=Role.EDITOR)
    with transaction.atomic():
        key = DeliveryKey.objects.select_for_update().filter(pk=key_id, integration=integration).first()
        if key is None:
            raise NotFound("this integration has no such key")
        if key.revoked_at is None:
            key.revoked_at = now
            key.save(update_fields=("revoked_at",))
            changes: audit.Changes = {"key": [f"{key.prefix}…", None]}
            record(caller, "delivery_integration.revoke_key", integration, now, changes, reason)
    return key


def record(
    caller: Caller, action: str, integration: DeliveryIntegration, now: datetime, changes: audit.Changes, reason: str
) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind="delivery_integration",
        object_name=integration.name,
        team_id=integration.team_id,
        now=now,
        changes=changes,
        reason=reason,
    )
