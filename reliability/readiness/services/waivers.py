"""Letting a service off an item until a date, with a reason. Editors of its team."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from reliability.access.domain.caller import Caller, Role
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.outbox.services import due
from reliability.readiness.domain import bounds
from reliability.readiness.models import Waiver
from reliability.readiness.selectors.checklists import checklist_of
from reliability.readiness.services.due_kinds import EXPIRY
from reliability.readiness.services.recording import remind_of, tell
from reliability.web.errors import Conflict, Invalid, NotFound


def waive(*, caller: Caller, service: Service, item: str, reason: str, until_at: datetime, now: datetime) -> Waiver:
    """Let it off, also an item that the system proves. It replaces a waiver that holds.

    Raises NotFound, Forbidden (editors), Invalid, Conflict for an item that is switched off.
    """
    require(caller=caller, team_id=service.team_id, role=Role.EDITOR)
    asked = checklist_of(team=service.team).item(item)
    if asked.off:
        raise Conflict(f"{asked.title!r} is switched off already: {asked.off}", reason="switched_off")
    words = reason.strip()
    _check(words, until_at, now)
    with transaction.atomic():
        for former in _in_force(service, item, now).select_for_update():
            _end(former, caller, now)
        if Waiver.objects.filter(service=service, item=item).count() >= bounds.EVIDENCE_PER_ITEM_MAX:
            raise Conflict("this item was waived too often to keep another: meet it", reason="too_many")
        row = Waiver.objects.create(
            service=service,
            item=item,
            reason=words,
            until_at=until_at,
            created_at=now,
            author_id=caller.user_id,
            author_name=caller.name[:160],
        )
        changes = {"waived until": [None, until_at.isoformat()]}
        tell(caller=caller, action="waived", service=service, item=item, now=now, changes=changes, reason=words)
        remind_of(subject=f"waiver:{row.pk}", service=service, expires_at=until_at, now=now)
    return row


def end(*, caller: Caller, service: Service, pk: int, now: datetime) -> Waiver:
    """End it before its date. Raises NotFound, Forbidden, Conflict when it is over."""
    require(caller=caller, team_id=service.team_id, role=Role.EDITOR)
    with transaction.atomic():
        row = Waiver.objects.select_for_update().filter(service=service, pk=pk).first() if pk < 2**63 else None
        if row is None:
            raise NotFound(f"{service.name} has no waiver {pk}")
        if row.ended_at is not None or row.until_at <= now:
            raise Conflict("this waiver is over already", reason="over")
        _end(row, caller, now)
        changes = {"waived until": [row.until_at.isoformat(), None]}
        tell(caller=caller, action="waiver_ended", service=service, item=row.item, now=now, changes=changes)
    return row


def _in_force(service: Service, item: str, now: datetime) -> Any:
    return Waiver.objects.filter(service=service, item=item, ended_at=None, until_at__gt=now)


def _end(row: Waiver, caller: Caller, now: datetime) -> None:
    row.ended_at, row.ended_by_name = now, caller.name[:160]
    row.save(update_fields=("ended_at", "ended_by_name"))
    due.cancel(kind=EXPIRY, key=f"waiver:{row.pk}")


def _check(reason: str, until_at: datetime, now: datetime) -> None:
    found: list[dict[str, Any]] = []
    if not reason or len(reason) > bounds.REASON_MAX:
        message = f"say in 1 to {bounds.REASON_MAX:,} characters why it may wait"
        found.append({"field": "reason", "message": message})
    if not now < until_at <= now + timedelta(days=bounds.WAIVED_DAYS_MAX):
        message = f"lies ahead, at most {bounds.WAIVED_DAYS_MAX} days: what is to hold for longer is switched off"
        found.append({"field": "until", "message": message})
    if found:
        raise Invalid(details=found)
