"""The due rows of this room: asked for in the transaction that creates their cause, and made good if ever missing."""

from __future__ import annotations

from datetime import datetime, timedelta

from reliability.outbox.services.due import schedule
from slo.models import Backfill, Composite, Sli, Slo

COLLECT = "slo.collect"
EVALUATE = "slo.evaluate"
EVALUATE_COMPOSITES = "slo.evaluate_composites"
BACKFILL = "slo.backfill"

_GRACE = timedelta(minutes=2)  # all of these rows run each minute: one that is there is due before this


def collect(*, source_id: int, now: datetime) -> None:
    schedule(kind=COLLECT, key=source_id, due_at=now)


def evaluate(*, team_id: int, now: datetime) -> None:
    schedule(kind=EVALUATE, key=team_id, due_at=now)


def evaluate_composites(*, team_id: int, now: datetime) -> None:
    schedule(kind=EVALUATE_COMPOSITES, key=team_id, due_at=now)


def backfill(*, backfill_id: int, now: datetime) -> None:
    schedule(kind=BACKFILL, key=backfill_id, due_at=now, reschedule=True)


def ensure(*, now: datetime) -> int:
    """Ask again for every source, team and backfill that has work; returns how many there are.

    Rows that are due within the grace stay as they are. What a restored backup, a deleted row or a race between a
    finished handler and a new indicator lost comes back.
    """
    # `order_by()` drops the default order, which would make the ids distinct per name.
    sources = Sli.objects.exclude(spec__kind="pushed").order_by().values_list("source_id", flat=True).distinct()
    teams = Slo.objects.order_by().values_list("team_id", flat=True).distinct()
    composed = Composite.objects.order_by().values_list("team_id", flat=True).distinct()
    backfills = Backfill.objects.filter(state=Backfill.State.RUNNING).order_by("pk").values_list("pk", flat=True)
    wanted = [
        *((COLLECT, pk) for pk in sources),
        *((EVALUATE, pk) for pk in teams),
        *((EVALUATE_COMPOSITES, pk) for pk in composed),
        *((BACKFILL, pk) for pk in backfills),
    ]
    for kind, pk in wanted:
        schedule(kind=kind, key=pk, due_at=now + _GRACE)
    return len(wanted)
