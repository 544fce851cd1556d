"""A page's row, locked for a change by somebody who may make it; checks of what was typed; the trail of the change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from incidents.status_page.facts import PAGE_CHANGED
from incidents.status_page.models import StatusPage
from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.outbox.services.facts import emit
from reliability.web.errors import Conflict, Invalid, NotFound

KIND = "status_page"


def held(*, caller: Caller, page_id: int, role: Role) -> StatusPage:
    """Locked until the transaction ends: all changes of one page take turns. Raises NotFound, Forbidden."""
    rows = StatusPage.objects.select_for_update(of=("self",)).select_related("team").filter(pk=page_id)
    row: StatusPage | None = rows.first()
    if row is None or not caller.may_read(row.team_id):
        raise NotFound("there is no such status page, or it is not yours to see")
    require(caller=caller, team_id=row.team_id, role=role)
    return row


def check_revision(*, stored: int, expected: int | None) -> None:
    """Raises Conflict when somebody changed it meanwhile."""
    if expected is not None and expected != stored:
        raise Conflict(f"somebody changed this: it is at revision {stored}, you read {expected}. Load it again")


def changed(*, page: StatusPage, now: datetime) -> None:
    """What the public sees is another. In the transaction of the change."""
    page.changed_at = max(page.changed_at, now)
    page.save(update_fields=("changed_at",))
    emit(kind=PAGE_CHANGED, payload={"page_id": page.pk}, team_id=page.team_id, now=now)


def tell(
    *,
    caller: Caller,
    page: StatusPage,
    action: str,
    now: datetime,
    name: str = "",
    changes: Mapping[str, Sequence[Any]] | None = None,
    reason: str = "",
) -> None:
    """The entry of the audit trail. action: "noun.verb"; name: of the object within the page."""
    audit.record(
        caller=caller,
        action=action,
        object_kind=action.partition(".")[0],
        object_name=f"{page.slug}: {name}" if name else page.slug,
        team_id=page.team_id,
        changes=changes,
        reason=reason,
        now=now,
    )


def check_texts(
    *,
    texts: Mapping[str, str],
    most: Mapping[str, int],
    needed: Mapping[str, str] | None = None,
    others: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Raises Invalid with a detail for each field: blank ones of *needed*, those longer than *most*, and *others*."""
    details: list[dict[str, Any]] = [
        {"field": name, "message": words} for name, words in (needed or {}).items() if not texts[name].strip()
    ]
    for name, text in texts.items():
        if len(text) > most[name]:
            message = f"must be at most {most[name]:,} characters, it has {len(text):,}: shorten it"
            details.append({"field": name, "message": message})
        elif "\x00" in text:
            details.append({"field": name, "message": "holds a NUL character: take it out"})
    details.extend(dict(one) for one in others)
    if details:
        raise Invalid(details=details)
