"""Runs that somebody asked for and that have not begun: what this room itself knows of coming runs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Min

from chaos.runs.domain.states import Mode, State
from chaos.runs.models import Run


def waiting_runs(*, experiment_ids: Collection[int], now: datetime) -> dict[int, datetime]:
    """The earliest start of each experiment's real runs that wait, now when that is past. One query."""
    waiting = Run.objects.filter(
        experiment_id__in=list(experiment_ids), mode=Mode.REAL, state__in=(State.WAITING, State.READY)
    )
    rows = waiting.order_by().values_list("experiment_id").annotate(at=Min("not_before"))
    return {experiment_id: max(at, now) for experiment_id, at in rows}
