"""Trials: each recovery objective against what was measured last, and when it is due again."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chaos.backlog.charts.trials import Measured, history_chart
from chaos.backlog.models import Trial
from chaos.backlog.selectors.trials import Standing, list_trials, standing_with_history, standings, unrepeated
from chaos.backlog.selectors.trials import trial as get_trial
from chaos.backlog.views.choices import is_editor_somewhere
from chaos.backlog.views.query import TrialQuery
from chaos.experiments.tabs import tabs_for
from chaos.runs.domain.recovery import Objective
from reliability.access.domain.caller import Caller, Role
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.models import Service
from reliability.catalog.selectors.services import list_services
from reliability.web.pagination import page_of
from reliability.web.words import duration_text

PER_PAGE = 50
NOTICES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Figure:
    """One objective in words. badge: a slug of reliability.web.states."""

    name: str
    asked: str
    measured: str
    badge: str


@dataclass(frozen=True, slots=True)
class TrialRow:
    """badge: whether it is done in time."""

    standing: Standing
    service: Service | None
    badge: str
    figures: tuple[Figure, ...]

    @property
    def trial(self) -> Trial:
        return self.standing.trial


@require_safe
def trial_list(request: AccessRequest) -> HttpResponse:
    """The next due first; filters come from the address."""
    now = timezone.now()
    query = TrialQuery.of(request.GET)
    found = list_trials(
        caller=request.caller, text=query.text, team=query.team, service=query.service, due=query.due, now=now
    )
    page = page_of(request, found, per_page=PER_PAGE)
    context = {
        "tabs": tabs_for(request),
        "query": query,
        "page": page,
        "rows": [row_of(one, caller=request.caller) for one in standings(trials=page.object_list, now=now)],
        "unrepeated": unrepeated(caller=request.caller),
        "may_edit": is_editor_somewhere(request),
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "services": list_services(caller=request.caller),
    }
    return render(request, "backlog/trials.html", context)


@require_safe
def trial_detail(request: AccessRequest, pk: int) -> HttpResponse:
    """Its history as a chart and a table, and who was reminded."""
    now = timezone.now()
    trial = get_trial(caller=request.caller, pk=pk)
    standing = standing_with_history(trial=trial, now=now)
    history = [
        Measured(run.pk, run.ended_at, run.verdict.replace("_", " "), run.rto_seconds, run.rpo_seconds)
        for run in standing.history
        if run.ended_at is not None
    ]
    experiment = trial.experiment
    chart = history_chart(
        runs=history, rto_asked=experiment.rto_objective_seconds, rpo_asked=experiment.rpo_objective_seconds
    )
    context = {
        "tabs": tabs_for(request),
        "row": row_of(standing, caller=request.caller),
        "trial": trial,
        "chart": chart if history else None,
        "notices": trial.notices.order_by("-created_at", "-pk")[:NOTICES_SHOWN],
        "places": [*trial.channels.order_by("title"), *trial.people.order_by("name")],
        "may_edit": request.caller.may(trial.team_id, Role.EDITOR),
        "may_run": request.caller.may(trial.team_id, Role.RESPONDER),
    }
    return render(request, "backlog/trial.html", context)


def row_of(standing: Standing, *, caller: Caller) -> TrialRow:
    """In words. What was never measured is said to be so, never shown as zero."""
    trial = standing.trial
    if not trial.is_enabled:
        badge = "switched_off"
    elif standing.is_overdue:
        badge = "trial_overdue"
    else:
        badge = "trial_in_date" if trial.succeeded_at else "trial_coming"
    return TrialRow(
        standing=standing,
        service=visible(caller=caller, related=trial.experiment.service),
        badge=badge,
        figures=tuple(_figure(one) for one in standing.measured),
    )


def _figure(objective: Objective) -> Figure:
    measured = objective.measured_seconds
    return Figure(
        name=objective.name,
        asked=duration_text(objective.asked_seconds) if objective.asked_seconds else "0 s",
        measured="not measured" if measured is None else duration_text(round(measured, 1)),
        badge="no_data" if measured is None else "met" if objective.is_met else "trial_missed",
    )
