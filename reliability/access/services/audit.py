"""The audit trail: written in the transaction of the write it tells of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from reliability.access.domain.caller import Caller
from reliability.access.models import AuditEntry

PIECE = 1000  # entries forgotten at once: nobody else waits long for the database

Changes = Mapping[str, Sequence[Any]]


def record(
    *,
    caller: Caller,
    action: str,
    object_kind: str,
    object_name: str,
    team_id: int | None,
    now: datetime,
    changes: Changes | None = None,
    reason: str = "",
) -> AuditEntry:
    """Append one entry. *action* is "noun.verb"; *changes* are {"field": [old, new]} and never hold a secret."""
    return AuditEntry.objects.create(
        at=now,
        actor_name=caller.name[:160],
        user_id=caller.user_id,
        token_id=caller.token_id,
        team_id=team_id,
        action=action,
        object_kind=object_kind,
        object_name=object_name[:200],
        changes={name: list(pair) for name, pair in (changes or {}).items()},
        reason=reason.strip(),
    )


def forget_old(*, now: datetime) -> bool:
    """Delete up to a thousand entries older than AUDIT_RETENTION_DAYS; 0 keeps them for ever.

    Returns whether there may be more.
    """
    if not settings.AUDIT_RETENTION_DAYS:
        return False
    before = now - timedelta(days=settings.AUDIT_RETENTION_DAYS)
    old = AuditEntry.objects.filter(at__lt=before).order_by("at", "pk").values_list("pk", flat=True)
    pks = list(old[:PIECE])
    AuditEntry.objects.filter(pk__in=pks).forget()
    return len(pks) == PIECE


def changes_between(*, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[Any]]:
    """{"field": [old, new]} of the fields of *new* whose value differs in *old*."""
    return {name: [old.get(name), value] for name, value in new.items() if old.get(name) != value}
