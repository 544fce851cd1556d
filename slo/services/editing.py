"""What every edit of an objective or indicator has in common: references, names in use, two editors at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from reliability.access.domain.caller import SYSTEM, Caller, Role, Scope
from reliability.access.selectors.audit import AuditFilter, entries
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.kit.instants import floor_minute
from reliability.telemetry.models import Source
from reliability.web.errors import Conflict, Forbidden, Invalid
from slo.domain.labels import said
from slo.models import Composite, Sli, Slo
from slo.selectors.measuring import is_editor_somewhere

AHEAD_MAX = timedelta(days=366)


def refuse(mistakes: Iterable[tuple[str, str]]) -> None:
    """Raise Invalid with one detail for each (field, message), if there is any."""
    details = [{"field": field, "message": message} for field, message in mistakes]
    if details:
        raise Invalid(details=details)


def reference_mistakes(
    *, caller: Caller, service_id: int | None, sli_id: int | None = None, source_id: int | None = None
) -> list[tuple[str, str]]:
    """References to what does not exist or is not the caller's to see, as (field, message)."""
    mistakes = []
    readable = (
        ("service", Service.objects.readable_by(caller), service_id),
        ("sli", Sli.objects.readable_by(caller), sli_id),
        ("source", Source.objects.readable_by(caller), source_id),
    )
    for noun, objects, pk in readable:
        if pk is not None and not objects.filter(pk=pk).exists():
            name = noun.upper() if noun == "sli" else noun
            mistakes.append((noun, f"there is no such {name}, or it is not yours to see"))
    return mistakes


def require_editor(*, caller: Caller, team_ids: Iterable[int]) -> None:
    """The role of editor in each of the teams. Raises Forbidden or NotFound."""
    for team_id in sorted(set(team_ids)):
        require(caller=caller, team_id=team_id, role=Role.EDITOR)


def require_editor_somewhere(*, caller: Caller) -> None:
    """The role of editor in some team, before a form or a file is read. Raises Forbidden."""
    if Scope.WRITE not in caller.scopes:
        raise Forbidden("the token lacks the scope write: create one that has it", reason="scope_too_low")
    if not is_editor_somewhere(caller=caller):
        raise Forbidden("this needs the role editor in a team: ask an administrator for it", reason="role_too_low")


def check_revision(*, stored: Slo | Sli | Composite, kind: str, expected: int | None) -> None:
    """Raise Conflict, naming who changed what and when, if somebody saved since the editor read revision *expected*."""
    if expected is None or stored.revision == expected:
        return
    last = entries(caller=SYSTEM, wanted=AuditFilter(object_kind=kind, object_name=stored.name)).first()
    what = said(last.changes) if last and last.changes else "this"
    when = f"{(last.at if last else stored.updated_at).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    message = (
        f"{stored.updated_by_name or 'somebody'} changed {what} at {when}, after you opened it: "
        "your change is not saved; compare both and save again"
    )
    raise Conflict(
        message,
        reason="changed_meanwhile",
        details=[{"field": "revision", "message": message, "expected": expected, "stored": stored.revision}],
    )


def refuse_name(*, noun: str, name: str) -> NoReturn:
    message = f"there is an {noun} {name!r} already (it may be private to another team): choose another name"
    raise Conflict(message, reason="exists", details=[{"field": "name", "message": message}])


def effective_instant(*, given: datetime | None, now: datetime) -> datetime:
    """The whole minute from which a change holds; minutes are the finest the series knows. Raises Invalid."""
    instant = floor_minute(given or now)
    if instant > now + AHEAD_MAX:
        refuse([("effective_from", "must be at most a year ahead")])
    if instant.year < 2000:
        refuse([("effective_from", "must not lie before the year 2000")])
    return instant
