"""From which sources a caller may measure: a query runs with the credentials of the source's team."""

from __future__ import annotations

from django.db.models import QuerySet

from reliability.access.domain.caller import Caller, Role, Scope
from reliability.telemetry.models import Source
from reliability.telemetry.selectors.sources import list_sources

REFUSAL = (
    "measuring from this source needs the role editor in its team, or in any team when its team is open: "
    "ask its team for the role, or choose another source"
)


def is_editor_somewhere(*, caller: Caller) -> bool:
    """Whether the caller may write objectives in any team at all."""
    return Scope.WRITE in caller.scopes and (caller.is_administrator or bool(caller.team_ids(Role.EDITOR)))


def measurable_sources(*, caller: Caller) -> QuerySet[Source]:
    """Readable sources that the caller may send queries to: of teams they edit, and of open teams for any editor."""
    readable = list_sources(caller=caller)
    if not is_editor_somewhere(caller=caller):
        return readable.none()
    if caller.is_administrator:
        return readable
    return readable.filter(team_id__in=caller.team_ids(Role.EDITOR) | caller.open_team_ids)


def may_measure(*, caller: Caller, source: Source) -> bool:
    """Whether the caller may send queries of their own to *source*."""
    return measurable_sources(caller=caller).filter(pk=source.pk).exists()
