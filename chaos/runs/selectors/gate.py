"""Runs under way, as the deploy gate asks for them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from chaos.runs.domain.states import LEASED, Mode
from chaos.runs.models import Run
from reliability.gate.blockers import Blocker
from reliability.gate.domain.kinds import ReasonKind

_MOST = 200


def runs_of_services(*, service_ids: Collection[int], at: datetime) -> list[Blocker]:
    """Real runs that may have a fault in place on any of the services, or on a target of it. Two queries."""
    ids = frozenset(service_ids)
    hit = Q(service_id__in=ids) | Q(targets__target__service_id__in=ids)
    under_way = Run.objects.filter(hit, mode=Mode.REAL.value, state__in=[one.value for one in LEASED])
    rows = under_way.select_related("experiment").defer("journal").prefetch_related("targets__target")
    found = []
    for run in rows.distinct().order_by("pk")[:_MOST]:
        concerned = {run.service_id, *(one.target.service_id for one in run.targets.all())} & ids
        found += [_blocker(run, service_id) for service_id in sorted(one for one in concerned if one is not None)]
    return found


def _blocker(run: Run, service_id: int) -> Blocker:
    return Blocker(
        service_id=service_id,
        kind=ReasonKind.EXPERIMENT,
        words=f"run #{run.pk} of “{run.experiment.title}” is under way",
        hidden_words="an experiment of another team is under way",
        team_ids=frozenset({run.team_id, run.experiment.team_id}),
        url=reverse("run-detail", args=(run.pk,)),
        until=run.deadline_at,
    )
