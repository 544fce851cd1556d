"""What every change of people, groups and words has in common: the row held, its revision, its entry in the trail."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db import models

from incidents.stakeholders.models import Group, Stakeholder, Wording
from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, NotFound

Row = TypeVar("Row", Stakeholder, Group)


def held(*, caller: Caller, row: Row) -> Row:
    """Locked until the transaction ends. Raises NotFound, Forbidden below the role editor."""
    rows: models.QuerySet[Any] = type(row)._default_manager.select_for_update(of=("self",)).select_related("team")
    found: Row | None = rows.filter(pk=row.pk).first()
    if found is None or not caller.may_read(found.team_id):
        raise NotFound("this is not there any more, or it is not yours to see")
    require(caller=caller, team_id=found.team_id, role=Role.EDITOR)
    return found


def check_revision(*, stored: Stakeholder | Group | Wording, expected: int | None) -> None:
    """expected: of what was read; None takes any. Raises Conflict."""
    if expected is None or stored.revision == expected:
        return
    raise Conflict(
        f"{stored.updated_by_name or 'somebody'} changed this at "
        f"{stored.updated_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, after you opened it: your change is not saved; "
        "compare both and save again",
        reason="changed_meanwhile",
    )


def trail(
    *,
    caller: Caller,
    action: str,
    name: str,
    team_id: int,
    now: datetime,
    changes: dict[str, list[Any]] | None = None,
    reason: str = "",
) -> None:
    """action: `noun.verb`; the noun is the kind of the object."""
    audit.record(
        caller=caller,
        action=action,
        object_kind=action.partition(".")[0],
        object_name=name,
        team_id=team_id,
        now=now,
        changes=changes,
        reason=reason,
    )
