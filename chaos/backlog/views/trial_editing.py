"""Saying how often a trial is repeated, changing it, and repeating it no more."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chaos.backlog.domain.trials import Unit, due_after
from chaos.backlog.forms.trial import ChooseTrialForm, TrialForm
from chaos.backlog.models import Trial
from chaos.backlog.selectors.trials import trial as get_trial
from chaos.backlog.services import trials
from chaos.backlog.views.choices import require_somewhere
from chaos.experiments.domain.kinds import Kind
from chaos.experiments.models import Experiment
from chaos.experiments.selectors.experiments import experiment as get_experiment
from chaos.experiments.tabs import tabs_for
from reliability.access.domain.caller import Role
from reliability.access.forms.why import WhyForm
from reliability.access.models import User
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import writable_teams
from reliability.access.services.authorize import require
from reliability.channels.models import Channel
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal

each_method = require_http_methods(["GET", "HEAD", "POST"])


@each_method
def trial_new(request: AccessRequest) -> HttpResponse:
    """First which experiment (`?experiment=`), then how often and who is told."""
    require_somewhere(request, Role.EDITOR)
    teams = writable_teams(caller=request.caller, role=Role.EDITOR)
    candidates = Experiment.objects.filter(team__in=teams, kind=Kind.DR_TRIAL, is_archived=False, trial=None)
    slug = request.GET.get("experiment", "").replace("\0", "")[:63]
    if not slug:
        choose = ChooseTrialForm(experiments=candidates.order_by("title", "pk"))
        context = {"tabs": tabs_for(request), "form": choose, "has_any": candidates.exists()}
        return render(request, "backlog/trial_choose.html", context)
    experiment = get_experiment(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=experiment.team_id, role=Role.EDITOR)
    now = timezone.now()
    initial = {"first_due_at": due_after(succeeded_at=now, every=1, unit=Unit.MONTH)}
    form = _form(request, experiment.team_id, initial)
    if form.is_valid():
        try:
            made = trials.create(
                caller=request.caller,
                experiment=experiment,
                values=form.values(),
                channels=form.channel_names,
                people=form.addresses,
                now=now,
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"It is due on {made.due_at:%Y-%m-%d}.")
            return redirect("trial-detail", made.pk)
    return _page(request, form, experiment, None)


@each_method
def trial_edit(request: AccessRequest, pk: int) -> HttpResponse:
    trial = get_trial(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=trial.team_id, role=Role.EDITOR)
    initial: dict[str, Any] = {name: getattr(trial, name) for name in (*trials.FIELDS, "revision")}
    initial |= {
        "channels": list(trial.channels.values_list("name", flat=True)),
        "people": list(trial.people.values_list("email", flat=True)),
    }
    form = _form(request, trial.team_id, initial)
    if form.is_valid():
        try:
            saved = trials.edit(
                caller=request.caller,
                trial=trial,
                values=form.values(),
                channels=form.channel_names,
                people=form.addresses,
                expected_revision=form.cleaned_data["revision"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"Saved. It is due on {saved.due_at:%Y-%m-%d}.")
            return redirect("trial-detail", pk)
    return _page(request, form, trial.experiment, trial)


@each_method
def trial_delete(request: AccessRequest, pk: int) -> HttpResponse:
    trial = get_trial(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=trial.team_id, role=Role.EDITOR)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        trials.remove(caller=request.caller, trial=trial, now=timezone.now(), reason=form.cleaned_data["reason"])
        messages.success(request, f"{trial.experiment} is not repeated any more.")
        return redirect("trial-list")
    context = {
        "title": f"Repeat {trial.experiment} no more?",
        "losses": ["when it is due, and its reminders"],
        "keeps": "The experiment and its runs stay.",
        "action": "Repeat it no more",
        "cancel_url": reverse("trial-detail", args=(pk,)),
        "form": form,
    }
    return render(request, "web/confirm.html", context)


def _form(request: AccessRequest, team_id: int, initial: dict[str, Any]) -> TrialForm:
    people: QuerySet[User] = User.objects.filter(memberships__team=team_id, is_active=True)
    return TrialForm(
        request.POST if request.method == "POST" else None,
        channels=Channel.objects.filter(team_id=team_id).order_by("title", "pk"),
        people=people.order_by("name", "pk"),
        initial=initial,
    )


def _page(request: AccessRequest, form: TrialForm, experiment: Experiment, trial: Trial | None) -> HttpResponse:
    context = {"tabs": tabs_for(request), "form": form, "experiment": experiment, "trial": trial}
    return render(request, "backlog/trial_form.html", context, status=422 if form.errors else 200)
