"""Runs as marks on the charts of the objectives they were watched by: from the first fault until all were seen gone."""

from __future__ import annotations

from django.urls import reverse

from chaos.runs.selectors.runs import faults_under
from reliability.access.domain.caller import Caller
from reliability.kit.periods import Period
from slo.domain.marks import Kind, Mark
from slo.models import Slo


def run_marks(*, caller: Caller, slo: Slo, period: Period, limit: int) -> list[Mark]:
    """One query."""
    return [
        Mark(
            kind=Kind.EXPERIMENT,
            start=run.fault_began_at,
            end=run.fault_ended_at,
            label=f"Run #{run.pk}: {run.experiment.title}",
            url=reverse("run-detail", args=[run.pk]),
        )
        for run in faults_under(caller=caller, slo=slo, period=period, limit=limit)
        if run.fault_began_at is not None
    ]
