"""What runs prove of the readiness of services: what was tried on them last held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.urls import reverse

from chaos.runs.domain.states import Mode, State, Verdict
from chaos.runs.models import Run
from reliability.catalog.models import Service
from reliability.readiness.domain.answers import Answer, met, not_met, unknown
from reliability.readiness.domain.days import Day
from reliability.readiness.proofs import Proof, register_proof

# Those that say whether the service withstood it; a fault that stayed says more than enough.
_SAYING = (Verdict.HELD.value, Verdict.DEVIATED.value, Verdict.FAILED_TO_UNDO.value)
_ELSEWHERE = "a run of a team that you cannot see decides it"


def last_held(*, services: Sequence[Service], now: datetime) -> Mapping[int, Answer]:
    """The newest real run on the service that said anything held."""
    newest = Window(RowNumber(), partition_by=[F("service_id")], order_by=[F("ended_at").desc(), F("pk").desc()])
    rows = Run.objects.filter(
        service__in=[one.pk for one in services],
        state=State.ENDED.value,
        mode=Mode.REAL.value,
        verdict__in=_SAYING,
        ended_at__lte=now,
    )
    chosen = rows.annotate(row=newest).filter(row=1).select_related("experiment").defer("journal").order_by()
    found = {run.service_id: run for run in chosen}
    return {one.pk: _answer(one, found.get(one.pk)) for one in services}


def _answer(service: Service, run: Run | None) -> Answer:
    if run is None or run.ended_at is None:
        url = f"{reverse('experiment-library')}?service={service.name}"
        return unknown("nothing was tried on it so far: nobody knows", url, step="Try an experiment")
    words = f"run {run.pk} of “{run.experiment}” {Verdict(run.verdict).words} on {run.ended_at:%Y-%m-%d}"
    team_ids = {run.team_id, run.experiment.team_id}
    url = reverse("run-detail", args=(run.pk,))
    if run.verdict == Verdict.HELD.value:
        return met(words, url, team_ids=team_ids, elsewhere=_ELSEWHERE)
    return not_met(words, url, step="Mend it and try again", team_ids=team_ids, elsewhere=_ELSEWHERE)


register_proof(
    Proof(
        slug="experiment-held",
        title="The last experiment on it held",
        day=Day.DAY_N,
        why="A weakness that was found and not mended is the next incident, with a date unknown.",
        source="Principles of Chaos Engineering",
        source_url="https://principlesofchaos.org/",
        check=last_held,
        tiers=(1, 2),
        order=30,
    )
)
