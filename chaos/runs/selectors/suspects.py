"""Faults of runs as what may have caused a burn or an incident."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db.models import Q

from chaos.runs.models import Run
from reliability.kit.periods import Period
from reliability.suspects.candidates import Told
from reliability.suspects.domain.kinds import SuspectKind

_FAULT_MAX = timedelta(days=1)  # longer faults are long known of


def fault_candidates(*, service_ids: Collection[int], period: Period, limit: int) -> list[Told]:
    """Runs whose faults touched the services in the period, the newest *limit*, whoever asks. One query."""
    until_later = Q(fault_ended_at=None) | Q(fault_ended_at__gte=period.start)
    rows = Run.objects.filter(
        until_later,
        service_id__in=service_ids,
        fault_began_at__gte=period.start - _FAULT_MAX,
        fault_began_at__lt=period.end,
    )
    newest = rows.defer("journal").select_related("experiment", "service").order_by("-fault_began_at", "-pk")[:limit]
    return [
        Told(
            key=f"run-{run.pk}",
            kind=SuspectKind.EXPERIMENT,
            began_at=run.fault_began_at,
            ended_at=run.fault_ended_at or run.steady_again_at or run.ended_at,
            service=run.service,
            label=f"Run #{run.pk}: {run.experiment.title}",
            url=f"/chaos/runs/{run.pk}/",  # written out, as those of suspects.known_changes are
            team_ids=frozenset({run.team_id, run.experiment.team_id, run.service.team_id}),
        )
        for run in newest
        if run.fault_began_at is not None and run.service is not None
    ]
