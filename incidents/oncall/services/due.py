"""Kinds of due work of this room, and asking for them."""

from __future__ import annotations

from datetime import datetime

from reliability.outbox.services.due import cancel, schedule

SHIFTS = "oncall.shifts"  # key: schedule id
SWAP = "oncall.swap"  # key: swap id


def look_at_shifts(*, schedule_id: int, now: datetime) -> None:
    """Whoever is on call may have changed: look again at once."""
    schedule(kind=SHIFTS, key=schedule_id, due_at=now)


def forget_shifts(*, schedule_id: int) -> None:
    cancel(kind=SHIFTS, key=schedule_id)


def expire_swap(*, swap_id: int, at: datetime) -> None:
    schedule(kind=SWAP, key=swap_id, due_at=at)
