"""Toil written down, corrected, taken away; and the capacity it is measured against."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.duties.domain.toil import CAPACITY_MAX, HOURS_MAX, HOURS_MIN, WHAT_MAX, Category
from reliability.duties.models import Capacity, ToilEntry
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound

_BACK_DAYS_MAX = 366


@dataclass(frozen=True, slots=True)
class ToilDraft:
    """hours: of one day, by everybody who worked on it."""

    what: str
    hours: Decimal
    category: str
    day: date
    service_id: int | None = None


def write(*, caller: Caller, team_id: int, draft: ToilDraft, now: datetime) -> ToilEntry:
    """By responders of the team. Raises NotFound, Forbidden, Invalid with each field, Conflict for a full day."""
    require(caller=caller, team_id=team_id, role=Role.RESPONDER)
    _check(draft, team_id, now)
    most = settings.TOIL_ENTRIES_PER_DAY_MAX
    if ToilEntry.objects.filter(team_id=team_id, day=draft.day).count() >= most:
        raise Conflict(f"the team has {most} entries about that day: write them together", reason="too_many")
    row = ToilEntry(team_id=team_id, by_id=caller.user_id, by_name=caller.name[:160], created_at=now, updated_at=now)
    _fill(row, draft)
    with transaction.atomic():
        row.save(force_insert=True)
        _record(caller, "create", row, now, {name: [None, value] for name, value in _seen(row).items()})
    return row


def correct(
    *, caller: Caller, entry: ToilEntry, draft: ToilDraft, now: datetime, expected_revision: int | None = None
) -> ToilEntry:
    """By whoever wrote it, or an editor. Raises as write, and Conflict when somebody changed it since."""
    with transaction.atomic():
        row = _held(caller, entry)
        if expected_revision is not None and row.revision != expected_revision:
            raise Conflict("somebody changed this entry after you opened it: look at it and correct it again")
        _check(draft, row.team_id, now)
        before = _seen(row)
        _fill(row, draft)
        changes = audit.changes_between(old=before, new=_seen(row))
        if changes:
            row.revision += 1
            row.updated_at = now
            row.save()
            _record(caller, "update", row, now, changes)
    return row


def remove(*, caller: Caller, entry: ToilEntry, now: datetime) -> None:
    """By whoever wrote it, or an editor. Raises NotFound, Forbidden."""
    with transaction.atomic():
        row = _held(caller, entry)
        _record(caller, "delete", row, now, {name: [value, None] for name, value in _seen(row).items()})
        row.delete()


def set_capacity(*, caller: Caller, team: Team, hours_per_week: Decimal | None, now: datetime) -> None:
    """None: reckoned from the team's people again. Raises NotFound, Forbidden (editors), Invalid."""
    require(caller=caller, team_id=team.pk, role=Role.EDITOR)
    if hours_per_week is not None and not Decimal(1) <= hours_per_week <= CAPACITY_MAX:
        message = f"is a number of hours from 1 to {CAPACITY_MAX:,}"
        raise Invalid(details=[{"field": "hours_per_week", "message": message}])
    with transaction.atomic():
        row = Capacity.objects.select_for_update(of=("self",)).filter(team=team).first()
        before = row.hours_per_week if row is not None else None
        if hours_per_week is None:
            Capacity.objects.filter(team=team).delete()
        else:
            written = {"hours_per_week": hours_per_week, "updated_at": now, "updated_by_name": caller.name[:160]}
            Capacity.objects.update_or_create(team=team, defaults=written)
        if before != hours_per_week:
            audit.record(
                caller=caller,
                action="toil.capacity",
                object_kind="toil",
                object_name=team.slug,
                team_id=team.pk,
                now=now,
                changes={"hours_per_week": [_text(before), _text(hours_per_week)]},
            )


def may_correct(*, caller: Caller, entry: ToilEntry) -> bool:
    """Whoever wrote it, while a responder of the team; and its editors."""
    if caller.may(entry.team_id, Role.EDITOR):
        return True
    is_own = caller.user_id is not None and caller.user_id == entry.by_id
    return is_own and caller.may(entry.team_id, Role.RESPONDER)


def _held(caller: Caller, entry: ToilEntry) -> ToilEntry:
    rows = ToilEntry.objects.select_for_update(of=("self",)).select_related("team")
    row: ToilEntry | None = rows.filter(pk=entry.pk).first()
    if row is None or not caller.may_read(row.team_id):
        raise NotFound("this entry is not there any more")
    require(caller=caller, team_id=row.team_id, role=Role.RESPONDER)
    if not may_correct(caller=caller, entry=row):
        raise Forbidden("only whoever wrote it, or an editor of the team, may change it", reason="role_too_low")
    return row


def _check(draft: ToilDraft, team_id: int, now: datetime) -> None:
    details = []
    if not draft.what.strip():
        details.append({"field": "what", "message": "say in a few words what it was"})
    if len(draft.what) > WHAT_MAX or "\0" in draft.what:
        details.append({"field": "what", "message": f"has at most {WHAT_MAX} characters, all of which can be stored"})
    if not draft.hours.is_finite() or not HOURS_MIN <= draft.hours <= HOURS_MAX:
        details.append({"field": "hours", "message": f"is a number of hours from {HOURS_MIN} to {HOURS_MAX}"})
    if draft.category not in {one.value for one in Category}:
        details.append({"field": "category", "message": f"is one of {', '.join(one.value for one in Category)}"})
    today = now.date()
    # Somewhere it is tomorrow already.
    if not today - timedelta(days=_BACK_DAYS_MAX) <= draft.day <= today + timedelta(days=1):
        details.append({"field": "day", "message": "is a day of the last year, today at the latest"})
    if draft.service_id is not None and not Service.objects.filter(pk=draft.service_id, team_id=team_id).exists():
        details.append({"field": "service_id", "message": "is no service of this team: choose again"})
    if details:
        raise Invalid(details=details)


def _fill(row: ToilEntry, draft: ToilDraft) -> None:
    for name, value in asdict(draft).items():
        setattr(row, name, value)
    row.what = " ".join(draft.what.split())
    row.hours = draft.hours.quantize(Decimal("0.01"))


def _seen(row: ToilEntry) -> dict[str, Any]:
    return {
        "what": row.what,
        "hours": _text(row.hours),
        "category": row.category,
        "day": row.day.isoformat(),
        "service_id": row.service_id,
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def _record(caller: Caller, verb: str, row: ToilEntry, now: datetime, changes: dict[str, list[Any]]) -> None:
    audit.record(
        caller=caller,
        action=f"toil.{verb}",
        object_kind="toil",
        object_name=f"#{row.pk} {row.what}",
        team_id=row.team_id,
        now=now,
        changes=changes,
    )
