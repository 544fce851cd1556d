"""Runs on the pages of services, objectives and experiments."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from chaos.experiments.models import Experiment
from chaos.experiments.selectors.targets import list_targets
from chaos.runs.domain.states import Verdict
from chaos.runs.selectors.resilience import resilience_of
from chaos.runs.selectors.runs import RunFilters, ended_between, list_runs
from chaos.runs.views.guarding import guarding
from chaos.runs.views.looks import rows_of
from chaos.runs.views.query import RunQuery
from reliability.access.requests import AccessRequest
from reliability.catalog.models import Service
from reliability.kit.periods import Period
from slo.models import Slo

ROWS_MAX = 8
TARGETS_MAX = 12
HISTORY_MAX = 30
RECENT = timedelta(days=90)


def runs_of_service(*, request: AccessRequest, service: Service, now: datetime) -> dict[str, Any]:
    """Its resilience by layer, what was tried on it lately, and what faults may be put into."""
    caller = request.caller
    found = list(list_runs(caller=caller, filters=RunFilters(service_name=service.name))[:ROWS_MAX])
    targets = list(list_targets(caller=caller, service=service.name)[:TARGETS_MAX])
    score = resilience_of(caller=caller, services=[service], now=now)[0].found
    return {
        "rows": rows_of(found, caller=caller, now=now),
        "score": score if score.score is not None else None,
        "targets": targets,
        "all_url": reverse("run-list") + RunQuery(service=service.name).address(),
    }


def runs_of_slo(*, request: AccessRequest, slo: Slo, now: datetime) -> dict[str, Any]:
    """Runs whose fault it was watched under, in the last 90 days."""
    period = Period(now - RECENT, now)
    runs = ended_between(caller=request.caller, period=period).order_by("-fault_began_at", "-pk")
    if slo.service_id is not None:
        runs = runs.filter(service_id=slo.service_id)
    watched = [run for run in runs[:50] if _is_watched(slo, run.watched_slo_ids)]
    spent = {run.pk: _spent(run.figures, slo) for run in watched[:ROWS_MAX]}
    rows = rows_of(watched[:ROWS_MAX], caller=request.caller, now=now)
    return {"rows": [(row, spent[row.run.pk]) for row in rows]}


def runs_of_experiment(*, request: AccessRequest, experiment: Experiment, now: datetime) -> dict[str, Any]:
    """How it went each time: verdicts in a row, the newest last, and the newest runs."""
    filters = RunFilters(experiment_slug=experiment.slug)
    found = list(list_runs(caller=request.caller, filters=filters)[:HISTORY_MAX])
    judged = [run for run in found if run.verdict and run.mode == "real" and run.started_at is not None]
    return {
        "rows": rows_of(found[:ROWS_MAX], caller=request.caller, now=now),
        "history": [(run, run.verdict) for run in reversed(judged)],
        "held": sum(run.verdict == Verdict.HELD for run in judged),
        "judged": len(judged),
        "guarding": guarding(caller=request.caller, team=experiment.team, service=experiment.service),
        "all_url": reverse("run-list") + RunQuery(experiment=experiment.slug).address(),
    }


def _is_watched(slo: Slo, ids: list[int]) -> bool:
    return not ids or slo.pk in ids


def _spent(figures: dict[str, Any], slo: Slo) -> float | None:
    spent: float | None = next((one["spent"] for one in figures.get("slos") or () if one["slo_id"] == slo.pk), None)
    return spent
