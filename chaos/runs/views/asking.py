"""Asking for a run: what the guards say stands there before anybody confirms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chaos.experiments.models import Experiment
from chaos.experiments.selectors.experiments import experiment as get_experiment
from chaos.experiments.selectors.experiments import newest_version
from chaos.experiments.selectors.jobs import targets_of
from chaos.experiments.tabs import tabs_for
from chaos.runs.domain.guards import Answer, Decision
from chaos.runs.domain.states import Mode
from chaos.runs.forms.asking import NOW, RunForm
from chaos.runs.services.rehearsing import what_guards_say
from chaos.runs.services.requests import request_run
from chaos.runs.views.guarding import guarding
from chaos.runs.views.looks import guard_lines
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid, ProblemError
from reliability.web.refusals import show_refusal


@require_http_methods(["GET", "HEAD", "POST"])
def run_new(request: AccessRequest, slug: str) -> HttpResponse:
    """GET and the button "Ask the guards" show what they would say; the other button asks for the run."""
    experiment = get_experiment(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=experiment.team_id, role=Role.RESPONDER)
    now = timezone.now()
    mode = Mode.DRY if request.GET.get("mode") == Mode.DRY.value else Mode.REAL
    form = RunForm(request.POST if request.method == "POST" else None, initial={"mode": mode.value, "when": NOW})
    refusal: ProblemError | None = None
    begins_at = now
    if form.is_valid():
        mode, begins_at = form.mode_chosen, form.begins_at(now=now)
        if request.POST.get("act") != "ask":
            try:
                return _asked_for(request, experiment, form, now)
            except (Invalid, Conflict) as problem:
                refusal = problem
                show_refusal(form, problem)
    decision = None
    if refusal is None:
        decision, refusal = _guards(request, experiment, mode, begins_at, now)
    context = {
        "tabs": tabs_for(request),
        "experiment": experiment,
        "targets": targets_of(version=newest_version(experiment=experiment)),
        "form": form,
        "is_dry": mode is Mode.DRY,
        "is_later": begins_at > now,
        "refusal": refusal,
        "guarding": guarding(caller=request.caller, team=experiment.team, service=experiment.service),
        **_said(decision),
    }
    return render(request, "runs/new.html", context, status=422 if form.errors else 200)


def _asked_for(request: AccessRequest, experiment: Experiment, form: RunForm, now: datetime) -> HttpResponse:
    run = request_run(
        caller=request.caller,
        experiment=experiment,
        mode=form.mode_chosen,
        reason=form.cleaned_data["reason"],
        not_before=form.begins_at(now=now),
        not_after=form.cleaned_data["not_after"],
        now=now,
    )
    messages.success(request, "Asked for. This page follows it.")
    return redirect("run-detail", run.pk)


def _guards(
    request: AccessRequest, experiment: Experiment, mode: Mode, not_before: datetime, now: datetime
) -> tuple[Decision | None, ProblemError | None]:
    try:
        asked = what_guards_say(
            caller=request.caller, experiment=experiment, mode=mode, not_before=max(not_before, now), now=now
        )
    except (Invalid, Conflict) as problem:
        return None, problem
    return asked, None


def _said(decision: Decision | None) -> dict[str, Any]:
    """Those that object first."""
    if decision is None:
        return {"decision": None, "guards": []}
    order = {Answer.NO: 0, Answer.WAIT: 1, Answer.GO: 2}
    objecting_first = sorted(decision.results, key=lambda one: order[one.answer])
    return {"decision": decision, "guards": guard_lines(objecting_first)}
