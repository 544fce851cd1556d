"""Ratios that a team defines."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.measures.domain.rows import UnreadableRowError, measure_name
from reliability.measures.models import OwnRatio
from reliability.web.errors import Conflict, Invalid


@dataclass(frozen=True, slots=True)
class Draft:
    title: str
    numerator: str
    denominator: str
    unit: str = ""


def create(*, caller: Caller, team: Team, name: str, draft: Draft, now: datetime) -> OwnRatio:
    """By editors. Raises Forbidden, Invalid with each field, Conflict for a name that is taken, or too many."""
    require(caller=caller, team_id=team.pk, role=Role.EDITOR)
    _check(draft)
    most = settings.RATIOS_PER_TEAM_MAX
    if OwnRatio.objects.filter(team=team).count() >= most:
        raise Conflict(f"the team has {most} ratios: delete one first", reason="too_many")
    try:
        with transaction.atomic():
            row: OwnRatio = OwnRatio.objects.create(
                team=team, name=name, created_at=now, updated_at=now, **asdict(draft)
            )
            _audit(caller, "create", row, {key: [None, value] for key, value in asdict(draft).items()}, now)
    except IntegrityError as error:
        message = "the team has a ratio of this name: choose another"
        raise Conflict(message, reason="name_taken", details=[{"field": "name", "message": message}]) from error
    return row


def change(
    *, caller: Caller, ratio: OwnRatio, draft: Draft, now: datetime, expected_revision: int | None = None
) -> OwnRatio:
    """Likewise; its name stays. Raises Conflict when somebody changed it since *expected_revision*, too."""
    require(caller=caller, team_id=ratio.team_id, role=Role.EDITOR)
    _check(draft)
    with transaction.atomic():
        row: OwnRatio = OwnRatio.objects.select_for_update(of=("self",)).select_related("team").get(pk=ratio.pk)
        if expected_revision is not None and row.revision != expected_revision:
            raise Conflict("somebody changed this ratio after you opened it: look at it and change it again")
        new = asdict(draft)
        changes = audit.changes_between(old={key: getattr(row, key) for key in new}, new=new)
        if changes:
            for key, value in new.items():
                setattr(row, key, value)
            row.revision, row.updated_at = row.revision + 1, now
            row.save(update_fields=[*new, "revision", "updated_at"])
            _audit(caller, "update", row, changes, now)
    return row


def delete(*, caller: Caller, ratio: OwnRatio, now: datetime) -> None:
    """By editors: the definition alone, what was told stays. Raises Forbidden."""
    require(caller=caller, team_id=ratio.team_id, role=Role.EDITOR)
    with transaction.atomic():
        _audit(caller, "delete", ratio, {"title": [ratio.title, None]}, now)
        ratio.delete()


def _check(draft: Draft) -> None:
    details: list[dict[str, Any]] = []
    for field in ("numerator", "denominator"):
        value = getattr(draft, field)
        try:
            measure_name(value)
        except UnreadableRowError as error:
            details.append({"field": field, "message": str(error)})
    if not details and draft.numerator == draft.denominator:
        details.append({"field": "denominator", "message": "is the same as above: the ratio would always be 1"})
    if not draft.title.strip():
        details.append({"field": "title", "message": "say what it is"})
    if details:
        raise Invalid(details=details)


def _audit(caller: Caller, verb: str, row: OwnRatio, changes: dict[str, list[Any]], now: datetime) -> None:
    audit.record(
        caller=caller,
        action=f"ratio.{verb}",
        object_kind="ratio",
        object_name=f"{row.team.slug}/{row.name}",
        team_id=row.team_id,
        now=now,
        changes=changes,
    )
