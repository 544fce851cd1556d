"""How far behind the outbox is: the auditor's figures, for readiness, metrics and the operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from reliability.outbox.models import Due, Heartbeat
from reliability.outbox.registry import known_kinds

TICK = "tick"
# Work is late when it waits longer than a few ticks and one lost lease.
GRACE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Backlog:
    """oldest_due_age: how long the row that waits longest has been due; None when nothing is due.
    overdue: rows due for longer than the grace. failing: rows whose last run raised. unknown: rows no handler knows.
    """

    oldest_due_age: timedelta | None
    overdue: int
    failing: int
    unknown: int
    waiting: int


def backlog(*, now: datetime) -> Backlog:
    """One query. Rows of unknown kinds count as unknown, not as overdue: no worker of this release can do them."""
    is_known = Q(kind__in=known_kinds())
    is_due = Q(due_at__lte=now) & is_known
    figures = Due.objects.aggregate(
        oldest=Min("due_at", filter=is_due),
        overdue=Count("pk", filter=Q(due_at__lte=now - GRACE) & is_known),
        failing=Count("pk", filter=is_known & ~Q(last_error="")),
        unknown=Count("pk", filter=~is_known),
        waiting=Count("pk", filter=is_due),
    )
    oldest = figures.pop("oldest")
    return Backlog(oldest_due_age=None if oldest is None else now - oldest, **figures)


def last_tick_at() -> datetime | None:
    return Heartbeat.objects.filter(name=TICK).values_list("at", flat=True).first()
