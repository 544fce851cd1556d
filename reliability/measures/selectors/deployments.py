"""Deployments as they are counted for ratios: successful ones to production, where they finished."""

from __future__ import annotations

from collections.abc import Sequence

from reliability.access.domain.caller import Caller
from reliability.delivery.models import Deployment, Outcome
from reliability.kit.periods import Period
from reliability.measures.counts import Scope
from reliability.measures.domain.amounts import Amount, counted


def deployments_counted(*, caller: Caller, scope: Scope, buckets: Sequence[Period]) -> list[Amount]:
    """One query."""
    found = Deployment.objects.readable_by(caller).filter(
        outcome=Outcome.SUCCEEDED,
        is_production=True,
        finished_at__gte=buckets[0].start,
        finished_at__lt=buckets[-1].end,
    )
    if scope.service_id is not None:
        found = found.filter(service_id=scope.service_id)
    if scope.team_slug:
        found = found.of_team(scope.team_slug)
    instants = found.order_by().values_list("finished_at", flat=True)
    return counted(instants=(at for at in instants.iterator(chunk_size=5_000) if at is not None), buckets=buckets)
