"""Keys of integrations: made, shown once, replaced with both in force for a while, revoked."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.db.models import Q

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import KeyedIntegration, RotatingKey
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.web.errors import Invalid, NotFound

OVERLAP_MAX = timedelta(days=90)
_PREFIX_LENGTH = 6
_USE_NOTED_EVERY = timedelta(minutes=1)

K = TypeVar("K", bound=RotatingKey)


@dataclass(frozen=True, slots=True)
class NewKey(Generic[K]):
    """The key and its text, which nobody sees again."""

    key: K
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RotatingKeys(Generic[K]):
    """The keys of one kind of integration.

    noun: in the audit trail. bytes_count: random ones, told as twice as many hexadecimal digits. kept: the columns
    that hold what is kept of a key's text.
    """

    model: type[K]
    noun: str
    bytes_count: int
    kept: Callable[[str], Mapping[str, Any]]

    def make(self, *, integration: KeyedIntegration, now: datetime) -> NewKey[K]:
        """A key without an end. Called in the transaction of its cause."""
        text = secrets.token_hex(self.bytes_count)
        columns = {"integration": integration, "prefix": text[:_PREFIX_LENGTH], "created_at": now, **self.kept(text)}
        return NewKey(key=self.model._default_manager.create(**columns), text=text)

    def in_force(self, *, now: datetime, **wanted: Any) -> list[K]:
        """The keys that open something now, the newest first. wanted: such as integration=…."""
        found = self.model._default_manager.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)
        return list(found.filter(**wanted).select_related("integration"))

    def note_use(self, *, key: K, now: datetime) -> None:
        """Remember that the key was used, at most once a minute."""
        if key.last_used_at is not None and now - key.last_used_at < _USE_NOTED_EVERY:
            return
        unnoted = Q(last_used_at=None) | Q(last_used_at__lte=now - _USE_NOTED_EVERY)
        self.model._default_manager.filter(unnoted, pk=key.pk).update(last_used_at=now)
        key.last_used_at = now

    def rotate(
        self, *, caller: Caller, integration: KeyedIntegration, overlap: timedelta, now: datetime, reason: str = ""
    ) -> NewKey[K]:
        """A new key; the former ones stay valid for *overlap*, unless they end earlier. Raises Forbidden, Invalid."""
        require(caller=caller, team_id=integration.team_id, role=Role.EDITOR)
        if not timedelta(0) <= overlap <= OVERLAP_MAX:
            message = f"the former key may stay valid for 0 to {OVERLAP_MAX.days} days"
            raise Invalid(details=[{"field": "overlap_hours", "message": message}])
        end_at = now + overlap
        with transaction.atomic():
            type(integration)._default_manager.select_for_update().get(pk=integration.pk)
            former = self.in_force(integration=integration, now=now)
            for key in former:
                if key.expires_at is None or key.expires_at > end_at:
                    key.expires_at = end_at
                    key.save(update_fields=("expires_at",))
            made = self.make(integration=integration, now=now)
            changes: audit.Changes = {
                "key": [", ".join(f"{key.prefix}…" for key in former) or None, f"{made.key.prefix}…"],
                "former_until": [None, end_at],
            }
            self.record(caller, "rotate", integration, now, changes, reason)
        return made

    def revoke(
        self, *, caller: Caller, integration: KeyedIntegration, key_id: int, now: datetime, reason: str = ""
    ) -> K:
        """End a key at once; again changes nothing. Raises Forbidden, NotFound."""
        require(caller=caller, team_id=integration.team_id, role=Role.EDITOR)
        with transaction.atomic():
            wanted: dict[str, Any] = {"pk": key_id, "integration": integration}
            key = self.model._default_manager.select_for_update().filter(**wanted).first()
            if key is None:
                raise NotFound("this integration has no such key")
            if key.revoked_at is None:
                key.revoked_at = now
                key.save(update_fields=("revoked_at",))
                self.record(caller, "revoke_key", integration, now, {"key": [f"{key.prefix}…", None]}, reason)
        return key

    def record(
        self,
        caller: Caller,
        verb: str,
        integration: KeyedIntegration,
        now: datetime,
        changes: audit.Changes,
        reason: str,
    ) -> None:
        """What was done to the integration, for the audit trail."""
        audit.record(
            caller=caller,
            action=f"{self.noun}.{verb}",
            object_kind=self.noun,
            object_name=integration.name,
            team_id=integration.team_id,
            now=now,
            changes=changes,
            reason=reason,
        )
