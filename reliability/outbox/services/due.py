"""Ask for work at an instant. Called in the transaction of the cause, so that both happen or neither."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from reliability.outbox.models import Due
from reliability.outbox.registry import STANDING_KEY, registration_of, standing_kinds
from reliability.outbox.services import nudge


@transaction.atomic(savepoint=False)
def schedule(
    *,
    kind: str,
    key: str | int,
    due_at: datetime,
    payload: dict[str, Any] | None = None,
    reschedule: bool = False,
    lane: str = "",
    is_urgent: bool | None = None,
) -> None:
    """Make (kind, key) due at *due_at*, or earlier when it is due earlier already.

    reschedule: set *due_at* even when that is later. payload: replaces the stored one when given. lane: of a row
    that is made: which outside system it waits for. is_urgent: of a row that is made; None: as its kind is.
    A row that a worker holds at the moment is run again at *due_at*: its run may have read the state
    before this cause.
    """
    fields = {"due_at": due_at, "payload": payload or {}, "lane": lane, "is_urgent": _urgency(kind, is_urgent)}
    row = _existing(kind=kind, key=str(key), fields=fields)
    if row is None:
        return
    if payload is not None:
        row.payload = payload
    if row.lease_token is not None:
        earliest = row.due_again_at is None or reschedule or due_at < row.due_again_at
        row.due_again_at = due_at if earliest else row.due_again_at
    elif reschedule or due_at < row.due_at:
        row.due_at = due_at
    row.save(update_fields=("payload", "due_at", "due_again_at"))


def schedule_first(
    *, kind: str, key: str | int, due_at: datetime, lane: str = "", is_urgent: bool | None = None
) -> None:
    """As `schedule`, for a key that is new in this transaction, so that nobody else can have asked for it."""
    Due.objects.create(kind=kind, key=str(key), due_at=due_at, lane=lane, is_urgent=_urgency(kind, is_urgent))


def schedule_all_first(*, kind: str, rows: Iterable[tuple[str | int, datetime, str]]) -> None:
    """As `schedule_first`, for many (key, due_at, lane) at once."""
    is_urgent = _urgency(kind, None)
    Due.objects.bulk_create(
        Due(kind=kind, key=str(key), due_at=due_at, lane=lane, is_urgent=is_urgent) for key, due_at, lane in rows
    )


def demand(*, kind: str, key: str | int, now: datetime, payload: dict[str, Any] | None = None, lane: str = "") -> None:
    """Make (kind, key) due now, and wake a worker for it once the transaction has committed."""
    schedule(kind=kind, key=key, due_at=now, payload=payload, lane=lane)
    nudge.after_commit()


def _urgency(kind: str, asked: bool | None) -> bool:
    registration = registration_of(kind)
    return asked if asked is not None else registration is not None and registration.urgent


def _existing(*, kind: str, key: str, fields: dict[str, Any]) -> Due | None:
    """The row, locked; None when it was made here. A worker may delete it between the look and the lock."""
    while True:
        _, is_new = Due.objects.get_or_create(kind=kind, key=key, defaults=fields)
        if is_new:
            return None
        row = Due.objects.select_for_update().filter(kind=kind, key=key).first()
        if row is not None:
            return row


def ensure_standing(*, now: datetime) -> None:
    """Make the row of each standing kind that has none. Called when a worker starts."""
    for kind in standing_kinds():
        Due.objects.get_or_create(kind=kind, key=STANDING_KEY, defaults={"due_at": now})


def cancel(*, kind: str, key: str | int) -> bool:
    """Remove the row; whoever holds it has lost it. Returns whether there was one."""
    deleted, _ = Due.objects.filter(kind=kind, key=str(key)).delete()
    return deleted > 0
