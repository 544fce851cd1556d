"""Runs on the timeline and on the charts of objectives: from the first fault until all were seen gone."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse

from chaos.runs.models import Run
from chaos.runs.selectors.runs import ended_between, faults_under
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.overlay.domain.items import Item, Look, Named
from reliability.overlay.tracks import Scope


def run_items(*, caller: Caller, scope: Scope, limit: int) -> list[Item]:
    """Runs that had a fault in place; those that watched the objective, if there is one. One query."""
    if scope.slo is not None:
        runs = faults_under(caller=caller, slo=scope.slo, period=scope.period, limit=limit)
    else:
        runs = list(_narrowed(caller, scope).order_by("-fault_began_at", "-pk")[:limit])
    return [_item(run, caller) for run in runs]


def _narrowed(caller: Caller, scope: Scope) -> QuerySet[Run]:
    found = ended_between(caller=caller, period=scope.period)
    if scope.service_ids is not None:
        found = found.filter(service_id__in=scope.service_ids)
    return found.filter(team__slug=scope.team_slug) if scope.team_slug else found


def _item(run: Run, caller: Caller) -> Item:
    service = visible(caller=caller, related=run.service)
    return Item(
        key=f"run-{run.pk}",
        start=run.fault_began_at or run.requested_at,
        end=run.fault_ended_at,
        label=f"Run #{run.pk}: {run.experiment.title}",
        url=reverse("run-detail", args=[run.pk]),
        state=run.verdict.replace("_", " ") or "its fault in place",
        look=Look.PLAIN,
        services=(Named(service.name, service.title),) if service else (),
    )
