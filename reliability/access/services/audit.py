"""The audit trail: written in the transaction of the write it tells of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from reliability.access.domain.caller import Caller
from reliability.access.models import AuditEntry

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


def changes_between(*, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[Any]]:
    """{"field": [old, new]} of the fields of *new* whose value differs in *old*."""
    return {name: [old.get(name), value] for name, value in new.items() if old.get(name) != value}
