"""The log of a run: numbered without gaps, and under the fence where the holder of the lease writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from chaos.runs.models import Run, RunEvent
from chaos.runs.services.leases import LeaseLostError

TEXT_MAX = 8_000


@dataclass(frozen=True, slots=True)
class Entry:
    """data: the same as values, secrets masked."""

    kind: str
    text: str
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


def record(
    *,
    run: Run,
    kind: str,
    text: str,
    data: Mapping[str, Any] | None = None,
    now: datetime,
    fence: int | None = None,
) -> None:
    """Append one. fence: of the holder of the lease; None for whoever acts beside it. Raises LeaseLostError."""
    record_all(run_id=run.pk, entries=[Entry(kind, text, now, data or {})], fence=fence)


@transaction.atomic
def record_all(*, run_id: int, entries: Sequence[Entry], fence: int | None = None) -> None:
    """Append them in their order. Two that do it at once wait for each other on the row of the run."""
    if not entries:
        return
    rows = Run.objects.filter(pk=run_id) if fence is None else Run.objects.filter(pk=run_id, fence=fence)
    if not rows.update(events_count=F("events_count") + len(entries)):
        raise LeaseLostError(f"run {run_id} is not held under fence {fence} any more")
    last = Run.objects.values_list("events_count", flat=True).get(pk=run_id)
    first = last - len(entries) + 1
    RunEvent.objects.bulk_create(
        RunEvent(
            run_id=run_id,
            number=number,
            at=entry.at,
            kind=entry.kind[:32],
            text=entry.text[:TEXT_MAX],
            data=dict(entry.data),
        )
        for number, entry in enumerate(entries, start=first)
    )
