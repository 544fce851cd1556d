"""Groups: named lists of stakeholders of one team."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from incidents.stakeholders.domain import bounds
from incidents.stakeholders.models import Group, Stakeholder
from incidents.stakeholders.services.changing import check_revision, held, trail
from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid


def create(
    *, caller: Caller, team_id: int, name: str, description: str = "", member_ids: Sequence[int] = (), now: datetime
) -> Group:
    """Raises NotFound, Forbidden (editors of the team), Invalid with each field, Conflict."""
    require(caller=caller, team_id=team_id, role=Role.EDITOR)
    if Group.objects.filter(team_id=team_id).count() >= settings.STAKEHOLDER_GROUPS_MAX:
        raise Conflict(
            f"the team has {settings.STAKEHOLDER_GROUPS_MAX} groups: take some away first", reason="too_many"
        )
    row = Group(team_id=team_id, created_at=now, updated_at=now, updated_by_name=caller.name[:160])
    _fill(row, name, description)
    members = _members(team_id, member_ids)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            row.members.set(members)
            _trail(caller, "create", row, now, {name: [None, value] for name, value in _audited(row).items() if value})
    except IntegrityError as error:
        raise _taken() from error
    return row


def edit(
    *,
    caller: Caller,
    group: Group,
    name: str,
    description: str,
    member_ids: Sequence[int],
    now: datetime,
    expected_revision: int | None,
) -> Group:
    """All of it anew. Raises as create, and Conflict when somebody changed it since."""
    try:
        with transaction.atomic():
            row = held(caller=caller, row=group)
            check_revision(stored=row, expected=expected_revision)
            before = _audited(row)
            _fill(row, name, description)
            row.members.set(_members(row.team_id, member_ids))
            changes = audit.changes_between(old=before, new=_audited(row))
            if changes:
                row.revision += 1
                row.updated_at, row.updated_by_name = now, caller.name[:160]
                row.save(update_fields=("name", "description", "revision", "updated_at", "updated_by_name"))
                _trail(caller, "update", row, now, changes)
    except IntegrityError as error:
        raise _taken() from error
    return row


def remove(*, caller: Caller, group: Group, now: datetime, reason: str = "") -> None:
    """Its members stay. Raises NotFound, Forbidden."""
    with transaction.atomic():
        row = held(caller=caller, row=group)
        _trail(caller, "delete", row, now, {name: [value, None] for name, value in _audited(row).items()}, reason)
        row.delete()


def _fill(row: Group, name: str, description: str) -> None:
    row.name, row.description = " ".join(name.split()), description.strip()
    texts = {"name": row.name, "description": row.description}
    details = bounds.too_long(texts=texts, most={"name": bounds.NAME_MAX, "description": bounds.NOTE_MAX})
    if not row.name:
        details.append({"field": "name", "message": "write a name, such as Account managers"})
    if details:
        raise Invalid(details=details)


def _members(team_id: int, ids: Sequence[int]) -> list[Stakeholder]:
    found = list(Stakeholder.objects.filter(team_id=team_id, pk__in=list(ids)).order_by("pk"))
    if len(found) != len(set(ids)):
        message = "one of them is no stakeholder of this team any more: choose again"
        raise Invalid(details=[{"field": "member_ids", "message": message}])
    return found


def _audited(row: Group) -> dict[str, Any]:
    members = sorted(row.members.values_list("name", flat=True))
    return {"name": row.name, "description": row.description, "members": members}


def _taken() -> Conflict:
    message = "the team has a group of this name already: choose another name"
    return Conflict(message, reason="exists", details=[{"field": "name", "message": message}])


def _trail(
    caller: Caller, verb: str, row: Group, now: datetime, changes: dict[str, list[Any]], reason: str = ""
) -> None:
    trail(
        caller=caller,
        action=f"stakeholder_group.{verb}",
        name=row.name,
        team_id=row.team_id,
        now=now,
        changes=changes,
        reason=reason,
    )
