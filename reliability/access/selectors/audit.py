"""Reading the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from reliability.access.domain.caller import Caller, Role, Scope
from reliability.access.models import AuditEntry
from reliability.web.errors import Forbidden


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to narrow by; an empty text and None narrow nothing. The period is [start, end)."""

    team: str = ""
    person: str = ""
    object_kind: str = ""
    object_name: str = ""
    action: str = ""
    start: datetime | None = None
    end: datetime | None = None


def entries(*, caller: Caller, wanted: AuditFilter) -> QuerySet[AuditEntry]:
    """Entries of the teams the caller administers, newest first; all of them for the installation's administrators.

    Raises Forbidden for those who administer nothing.
    """
    if Scope.READ not in caller.scopes:
        raise Forbidden("the token lacks the scope read: create one that has it", reason="scope_too_low")
    found = AuditEntry.objects.select_related("team")
    if not caller.is_administrator:
        administered = caller.team_ids(Role.ADMINISTRATOR)
        if not administered:
            raise Forbidden("the audit trail is for administrators of a team", reason="role_too_low")
        found = found.filter(team_id__in=administered)
    exact = {"team__slug": wanted.team, "object_kind": wanted.object_kind, "action": wanted.action}
    parts = {"actor_name__icontains": wanted.person, "object_name__icontains": wanted.object_name}
    found = found.filter(**{name: value for name, value in (exact | parts).items() if value})
    if wanted.start:
        found = found.filter(at__gte=wanted.start)
    if wanted.end:
        found = found.filter(at__lt=wanted.end)
    return found.order_by("-at", "-pk")
