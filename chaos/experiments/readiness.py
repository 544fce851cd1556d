"""What experiments prove of the readiness of services: it is said how long recovery may take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.urls import reverse

from chaos.experiments.domain.kinds import Kind
from chaos.experiments.models import Experiment
from reliability.catalog.models import Service
from reliability.kit.durations import humanize_duration
from reliability.readiness.domain.answers import Answer, met, not_met
from reliability.readiness.domain.days import Day
from reliability.readiness.proofs import Proof, register_proof


def recovery_objective(*, services: Sequence[Service], now: datetime) -> Mapping[int, Answer]:
    """A recovery trial of the service says how long recovery may take; the shortest of several."""
    rows = Experiment.objects.filter(
        service__in=[one.pk for one in services],
        kind=Kind.DR_TRIAL,
        is_archived=False,
        rto_objective_seconds__isnull=False,
    )
    found: dict[int, Experiment] = {}
    for row in rows.order_by("service_id", "-rto_objective_seconds", "pk"):
        if row.service_id is not None:
            found[row.service_id] = row
    return {one.pk: _answer(one, found.get(one.pk)) for one in services}


def _answer(service: Service, trial: Experiment | None) -> Answer:
    if trial is None:
        url = f"{reverse('experiment-library')}?service={service.name}"
        return not_met("nobody has said how long recovery may take", url, step="Make a recovery trial")
    words = f"back within {_words(trial.rto_objective_seconds)}"
    if trial.rpo_objective_seconds is not None:
        words += f", losing at most {_words(trial.rpo_objective_seconds)} of data"
    url = reverse("experiment-detail", args=(trial.slug,))
    return met(f"{words}, as “{trial}” asks", url, team_ids={trial.team_id}, elsewhere=words)


def _words(seconds: int | None) -> str:
    return humanize_duration(timedelta(seconds=seconds)) if seconds else "nothing"


register_proof(
    Proof(
        slug="recovery-objective",
        title="It is said how long recovery may take",
        day=Day.DAY_0,
        why="Without it a backup is chosen by its price, and the argument is held during the outage.",
        source="NIST SP 800-34, contingency planning: recovery time and point objectives",
        source_url="https://csrc.nist.gov/pubs/sp/800/34/r1/upd1/final",
        check=recovery_objective,
        tiers=(1,),
        order=40,
    )
)
