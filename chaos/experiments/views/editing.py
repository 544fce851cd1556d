"""Writing an experiment, checking it, and putting it into the archive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chaos.experiments.domain.outline import Outline, outline_of
from chaos.experiments.forms.experiment import FIRST_TEXT, ExperimentForm
from chaos.experiments.models import Experiment
from chaos.experiments.selectors.experiments import experiment as get_experiment
from chaos.experiments.services import experiments
from chaos.experiments.services.drafts import check
from chaos.experiments.tabs import tabs_for
from chaos.experiments.views.choices import require_editor_somewhere, services_of_editor, teams_of_editor
from reliability.access.domain.caller import Role
from reliability.access.forms.why import WhyForm
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid, ProblemError
from reliability.web.refusals import show_refusal

each_method = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True)
class LineProblem:
    """One thing to change in the document, with the line as it was typed."""

    line: int
    path: str
    message: str
    source: str


@each_method
def experiment_new(request: AccessRequest) -> HttpResponse:
    require_editor_somewhere(request)
    initial = {"text": FIRST_TEXT, "team": request.GET.get("team"), "deadline_seconds": 600}
    initial |= {"service": request.GET.get("service")}
    return _edit(request, None, initial)


@each_method
def experiment_edit(request: AccessRequest, slug: str) -> HttpResponse:
    experiment = get_experiment(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=experiment.team_id, role=Role.EDITOR)
    draft = experiments.draft_of(experiment=experiment)
    names = ("kind", "layer", "hypothesis", "blast_radius", "teaches", "weight", "deadline_seconds", "title", "text")
    initial: dict[str, Any] = {name: getattr(draft, name) for name in names}
    initial |= {"rto_objective_seconds": draft.rto_objective_seconds, "revision": experiment.revision}
    initial |= {"rpo_objective_seconds": draft.rpo_objective_seconds, "team": experiment.team.slug}
    initial |= {"service": experiment.service.name if experiment.service else None}
    return _edit(request, experiment, initial)


@each_method
def experiment_archive(request: AccessRequest, slug: str) -> HttpResponse:
    """Into the archive or out of it: asks why first."""
    experiment = get_experiment(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=experiment.team_id, role=Role.EDITOR)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        move = experiments.unarchive if experiment.is_archived else experiments.archive
        try:
            moved = move(
                caller=request.caller, experiment=experiment, now=timezone.now(), reason=form.cleaned_data["reason"]
            )
        except Conflict as problem:
            show_refusal(form, problem)
        else:
            words = "is in the archive" if moved.is_archived else "is out of the archive"
            messages.success(request, f"{moved} {words}.")
            return redirect("experiment-detail", moved.slug)
    context = {"tabs": tabs_for(request), "experiment": experiment, "form": form}
    return render(request, "experiments/archive.html", context, status=422 if form.errors else 200)


def _edit(request: AccessRequest, experiment: Experiment | None, initial: dict[str, Any]) -> HttpResponse:
    """GET shows the form; POST saves, or only checks, as the pressed button says."""
    caller = request.caller
    form = ExperimentForm(
        request.POST if request.method == "POST" else None,
        teams=teams_of_editor(caller=caller),
        services=services_of_editor(caller=caller),
        is_new=experiment is None,
        initial=initial,
    )
    problems: list[LineProblem] = []
    outline: Outline | None = None
    if form.is_valid():
        try:
            draft = form.draft(kept=experiment)
            if request.POST.get("act") == "check":
                outline = outline_of(check(caller=caller, draft=draft).parsed.document)
            else:
                return _saved(request, experiment, form)
        except (Invalid, Conflict) as problem:
            problems = _placed(form, problem)
    context = {
        "tabs": tabs_for(request),
        "experiment": experiment,
        "form": form,
        "problems": problems,
        "problem_lines": " ".join(str(one.line) for one in problems if one.line),
        "outline": outline,
    }
    return render(request, "experiments/form.html", context, status=422 if form.errors or problems else 200)


def _saved(request: AccessRequest, experiment: Experiment | None, form: ExperimentForm) -> HttpResponse:
    draft, now = form.draft(kept=experiment), timezone.now()
    if experiment is None:
        stored = experiments.create(caller=request.caller, draft=draft, now=now)
    else:
        revision = form.cleaned_data["revision"]
        stored = experiments.edit(
            caller=request.caller, experiment=experiment, draft=draft, now=now, expected_revision=revision
        )
    words = {"added": "Saved", "changed": "Saved", "unchanged": "Nothing was changed in"}[stored.change]
    messages.success(request, f"{words} {stored.experiment}, version {stored.version.number}.")
    return redirect("experiment-detail", stored.experiment.slug)


def _placed(form: ExperimentForm, problem: ProblemError) -> list[LineProblem]:
    """What is wrong in the document, for a list of its own; the rest goes to its fields."""
    of_document = [detail for detail in problem.details if "line" in detail]
    others = [_above(detail) for detail in problem.details if "line" not in detail]
    if others or not of_document:
        show_refusal(form, Invalid(problem.message, details=others) if others else problem)
    lines = str(form.cleaned_data.get("text") or form.data.get("text", "")).splitlines()
    return [_line_problem(detail, lines) for detail in of_document]


def _above(detail: dict[str, Any]) -> dict[str, Any]:
    """What is said of the revision has no field to stand at."""
    return {"message": detail["message"]} if detail.get("field") == "revision" else detail


def _line_problem(detail: dict[str, Any], lines: Sequence[str]) -> LineProblem:
    line = int(detail.get("line") or 0)
    source = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    return LineProblem(line, str(detail.get("path", "")), str(detail["message"]), source[:160])
