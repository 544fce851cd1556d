"""Runs as causes of spent budget: from the first fault until it was gone, or all was steady again."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from chaos.runs.models import Run
from chaos.runs.selectors.runs import faults_of
from reliability.kit.periods import Period
from slo.domain.causes import Cause, CauseKind
from slo.models import Slo


def run_causes(*, slo: Slo, period: Period, burns: Sequence[Period], limit: int) -> list[Cause]:
    """One query."""
    return [
        Cause(
            kind=CauseKind.EXPERIMENT,
            key=f"run-{run.pk}",
            start=run.fault_began_at,
            end=max((one for one in (run.fault_ended_at, run.steady_again_at) if one), default=run.ended_at),
            label=f"Run #{run.pk}: {run.experiment.title}",
            url=reverse("run-detail", args=[run.pk]),
            detail="it watched this objective" if run.watched_slo_ids else "it hit this service",
            is_declared=bool(run.watched_slo_ids),
            team_ids=_teams(run),
        )
        for run in faults_of(slo=slo, period=period, limit=limit)
        if run.fault_began_at is not None
    ]


def _teams(run: Run) -> frozenset[int]:
    """Who knows of it must be able to read its service, too: the ledger of an objective tells which that is."""
    own = {run.team_id}
    return frozenset(own if run.watched_slo_ids or run.service is None else own | {run.service.team_id})
