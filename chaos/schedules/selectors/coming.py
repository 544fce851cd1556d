"""What schedules know of coming runs: for the coverage map, which may not look into this room."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Min

from chaos.runs.domain.states import Mode
from chaos.schedules.models import Schedule


def scheduled_runs(*, experiment_ids: Collection[int], now: datetime) -> dict[int, datetime]:
    """The next real firing of each experiment, now when it is late already. One query."""
    coming = Schedule.objects.filter(
        experiment_id__in=list(experiment_ids), mode=Mode.REAL, is_paused=False, next_at__isnull=False
    )
    rows = coming.order_by().values_list("experiment_id").annotate(at=Min("next_at"))
    return {experiment_id: max(at, now) for experiment_id, at in rows if at is not None}
