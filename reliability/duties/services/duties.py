"""Duties: written, changed, taken away; each audited, with the due row of its reminders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Membership
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.duties.domain.drafts import DutyDraft, mistakes_of
from reliability.duties.domain.kinds import Every, Responsible
from reliability.duties.domain.recurring import first_cron, next_reminder_after, reminder_at
from reliability.duties.models import Duty
from reliability.duties.services.due_kinds import REMIND
from reliability.outbox.services import due
from reliability.web.errors import Conflict, Invalid, NotFound

KIND = "duty"
_AUDITED = ("title", "kind", "instructions", "link_url", "every", "every_count", "cron", "zone", "remind_days")


def create(*, caller: Caller, team_id: int, draft: DutyDraft, now: datetime) -> Duty:
    """Raises NotFound, Forbidden (editors of the team), Invalid with each field, Conflict when there are too many."""
    require(caller=caller, team_id=team_id, role=Role.EDITOR)
    if Duty.objects.filter(team_id=team_id).count() >= settings.DUTIES_PER_TEAM_MAX:
        raise Conflict(f"the team has {settings.DUTIES_PER_TEAM_MAX:,} duties: take some away first", reason="too_many")
    _check(draft, team_id, now)
    row = Duty(team_id=team_id, due_at=due_of(draft, now=now), created_at=now)
    _fill(row, draft)
    row.updated_at, row.updated_by_name = now, caller.name[:160]
    with transaction.atomic():
        row.save(force_insert=True)
        changes = {name: [None, value] for name, value in _seen(row).items() if value not in ("", None)}
        record(caller=caller, verb="create", row=row, now=now, changes=changes)
        set_reminder(row=row, now=now)
    return row


def edit(
    *, caller: Caller, duty: Duty, values: Mapping[str, Any], now: datetime, expected_revision: int | None = None
) -> Duty:
    """values: fields of a draft; what is not named stays. A new cron expression or zone sets when it is due anew.

    Raises NotFound, Forbidden, Invalid, and Conflict when somebody changed it since.
    """
    with transaction.atomic():
        row = held(caller=caller, duty=duty, role=Role.EDITOR)
        check_revision(row=row, expected=expected_revision)
        before = _seen(row)
        draft = replace(draft_of(row), **values)
        _check(draft, row.team_id, now)
        same_rule = draft.rule == row.rule
        row.due_at = row.due_at if draft.every == Every.CRON and same_rule else due_of(draft, now=now)
        if row.entries.filter(for_due_at=row.due_at).exists():
            message = "an occurrence of that minute has ended already: choose another one"
            raise Invalid(details=[{"field": "due_at", "message": message}])
        _fill(row, draft)
        changes = audit.changes_between(old=before, new=_seen(row))
        if changes:
            row.revision += 1
            row.updated_at, row.updated_by_name = now, caller.name[:160]
            row.save()
            record(caller=caller, verb="update", row=row, now=now, changes=changes)
            set_reminder(row=row, now=now)
    return row


def remove(*, caller: Caller, duty: Duty, now: datetime, reason: str = "") -> None:
    """With its log. Raises NotFound, Forbidden."""
    with transaction.atomic():
        row = held(caller=caller, duty=duty, role=Role.EDITOR)
        changes = {name: [value, None] for name, value in _seen(row).items()}
        record(caller=caller, verb="delete", row=row, now=now, changes=changes, reason=reason)
        due.cancel(kind=REMIND, key=row.pk)
        row.delete()


def draft_of(row: Duty) -> DutyDraft:
    """The stored duty as it would be written."""
    names = [name for name in asdict(DutyDraft(title="")) if name != "responsible_id"]
    return DutyDraft(**{name: getattr(row, name) for name in names}, responsible_id=row.responsible_user_id)


def due_of(draft: DutyDraft, *, now: datetime) -> datetime:
    """Of a draft without mistakes: whole minutes."""
    if draft.every == Every.CRON:
        return first_cron(cron=draft.rule.cron, zone_name=draft.zone, now=now)
    if draft.due_at is None:
        raise Invalid(details=[{"field": "due_at", "message": "say when it is due the next time"}])
    return draft.due_at.astimezone(UTC).replace(second=0, microsecond=0)


def held(*, caller: Caller, duty: Duty, role: Role) -> Duty:
    """Locked until the transaction ends. Raises NotFound, Forbidden."""
    rows = Duty.objects.select_for_update(of=("self",)).select_related("team", "service", "responsible_user")
    row: Duty | None = rows.filter(pk=duty.pk).first()
    if row is None or not caller.may_read(row.team_id):
        raise NotFound("this duty is not there any more")
    require(caller=caller, team_id=row.team_id, role=role)
    return row


def check_revision(*, row: Duty, expected: int | None) -> None:
    """expected: of what was read; None takes any. Raises Conflict."""
    if expected is None or row.revision == expected:
        return
    raise Conflict(
        f"{row.updated_by_name or 'somebody'} changed this at {row.updated_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, "
        "after you opened it: your change is not saved; compare both and save again",
        reason="changed_meanwhile",
    )


def set_reminder(*, row: Duty, now: datetime) -> None:
    """The due row of the next reminder: at once when one stands, none while the duty is switched off."""
    if not row.is_enabled:
        due.cancel(kind=REMIND, key=row.pk)
        return
    due_at, days, zone = row.due_at, row.remind_days, row.zone
    stands = reminder_at(due_at=due_at, remind_days=days, zone_name=zone, now=now) is not None
    at = now if stands else next_reminder_after(due_at=due_at, remind_days=days, zone_name=zone, now=now)
    if at is None:
        due.cancel(kind=REMIND, key=row.pk)
    else:
        due.schedule(kind=REMIND, key=row.pk, due_at=at, reschedule=True)


def record(
    *, caller: Caller, verb: str, row: Duty, now: datetime, changes: dict[str, list[Any]], reason: str = ""
) -> None:
    """The entry of the audit trail."""
    audit.record(
        caller=caller,
        action=f"{KIND}.{verb}",
        object_kind=KIND,
        object_name=f"#{row.pk} {row.title}",
        team_id=row.team_id,
        now=now,
        changes=changes,
        reason=reason,
    )


def _check(draft: DutyDraft, team_id: int, now: datetime) -> None:
    mistakes = mistakes_of(draft, now=now)
    if draft.service_id is not None and not Service.objects.filter(pk=draft.service_id, team_id=team_id).exists():
        mistakes.append(("service_id", "is no service of this team: choose again"))
    if draft.responsible == Responsible.PERSON and draft.responsible_id is not None:
        people = Membership.objects.filter(team_id=team_id, user_id=draft.responsible_id, user__is_active=True)
        if not people.exists():
            mistakes.append(("responsible_id", "is nobody of the team: choose one of its members"))
    if mistakes:
        raise Invalid(details=[{"field": name, "message": message} for name, message in mistakes])


def _fill(row: Duty, draft: DutyDraft) -> None:
    fields = draft.fields()
    row.responsible_user_id = fields.pop("responsible_id")
    for name, value in fields.items():
        setattr(row, name, value)


def _seen(row: Duty) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in (*_AUDITED, "responsible", "is_enabled")},
        "due_at": row.due_at.isoformat(),
        "service_id": row.service_id,
        "responsible_user_id": row.responsible_user_id,
    }
