"""Declaring an incident once for each Idempotency-Key, however often the request is repeated."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from incidents.response.models import Incident, Receipt
from reliability.access.domain.caller import Caller
from reliability.web.errors import Invalid

RECEIPT_KEPT = timedelta(days=2)
_FORGOTTEN_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Declared:
    """is_repeat: the key was known, nothing was opened again."""

    incident: Incident
    is_repeat: bool


def once(*, caller: Caller, key: str | None, body: bytes, now: datetime, declare: Callable[[], Incident]) -> Declared:
    """Call *declare* unless this caller's *key* has declared one; of two at once, one declares and both get it.

    Raises Invalid when the key came with another body before, and whatever *declare* raises.
    """
    if key is None:
        return Declared(declare(), is_repeat=False)
    digest = hashlib.sha256(body).hexdigest()
    known = _known(caller, key, digest)
    if known is not None:
        return Declared(known, is_repeat=True)
    try:
        with transaction.atomic():
            _forget(now)
            incident = declare()
            Receipt.objects.create(owner=_owner(caller), key=key, body_hash=digest, incident=incident, created_at=now)
    except IntegrityError:  # the same key at the same time was faster: its incident is the one, ours is undone
        known = _known(caller, key, digest)
        if known is None:
            raise
        return Declared(known, is_repeat=True)
    return Declared(incident, is_repeat=False)


def _known(caller: Caller, key: str, digest: str) -> Incident | None:
    receipt = Receipt.objects.select_related("incident").filter(owner=_owner(caller), key=key).first()
    if receipt is None:
        return None
    if receipt.body_hash != digest:
        raise Invalid(
            "this Idempotency-Key was used for another request: send a fresh key with each new body",
            reason="idempotency_key_reused",
        )
    return receipt.incident


def _owner(caller: Caller) -> str:
    return f"token:{caller.token_id}" if caller.token_id else f"user:{caller.user_id}"


def _forget(now: datetime) -> None:
    old = Receipt.objects.filter(created_at__lt=now - RECEIPT_KEPT).order_by("created_at").values_list("pk", flat=True)
    Receipt.objects.filter(pk__in=list(old[:_FORGOTTEN_AT_ONCE])).delete()
