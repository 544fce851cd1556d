"""Values of an experiment's secrets: entered and forgotten, never shown."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chaos.experiments.forms.secrets import SecretForm
from chaos.experiments.models import Experiment
from chaos.experiments.selectors.experiments import experiment as get_experiment
from chaos.experiments.selectors.experiments import newest_version
from chaos.experiments.selectors.secrets import secrets_of
from chaos.experiments.services import secrets
from chaos.experiments.tabs import tabs_for
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal


@require_http_methods(["GET", "HEAD", "POST"])
def experiment_secrets(request: AccessRequest, slug: str) -> HttpResponse:
    """Every name that the document has, or the store still has."""
    experiment = get_experiment(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=experiment.team_id, role=Role.EDITOR)
    form = SecretForm(request.POST) if request.method == "POST" else None
    if form is not None and request.POST.get("act") == "forget":
        return _forgotten(request, experiment)
    if form is not None and form.is_valid():
        try:
            secrets.set_value(caller=request.caller, experiment=experiment, now=timezone.now(), **form.cleaned_data)
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"{form.cleaned_data['group']}.{form.cleaned_data['name']} has its value.")
            return redirect("experiment-secrets", experiment.slug)
    document = newest_version(experiment=experiment).document
    typed = (form["group"].value(), form["name"].value()) if form is not None else None
    rows = [
        (state, form if typed == (state.group, state.name) else _form_of(state.group, state.name))
        for state in secrets_of(experiment=experiment, document=document)
    ]
    context = {"tabs": tabs_for(request), "experiment": experiment, "rows": rows}
    return render(request, "experiments/secrets.html", context, status=422 if form is not None else 200)


def _form_of(group: str, name: str) -> SecretForm:
    return SecretForm(initial={"group": group, "name": name}, auto_id=f"id_{group}_{name}_%s")


def _forgotten(request: AccessRequest, experiment: Experiment) -> HttpResponse:
    group, name = request.POST.get("group", ""), request.POST.get("name", "")
    secrets.forget(caller=request.caller, experiment=experiment, group=group, name=name, now=timezone.now())
    messages.success(request, f"The value of {group}.{name} is forgotten.")
    return redirect("experiment-secrets", experiment.slug)
