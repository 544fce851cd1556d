"""The red buttons: one run at once, everything after a question."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from chaos.experiments.tabs import tabs_for
from chaos.runs.domain.states import LEASED
from chaos.runs.forms.stopping import LiftForm, StopForm
from chaos.runs.models import GlobalStop, Run
from chaos.runs.selectors.global_stop import in_force
from chaos.runs.selectors.runs import run as get_run
from chaos.runs.services import global_stop
from chaos.runs.services.stopping import stop_run
from reliability.access.domain.caller import Caller, Role, Scope
from reliability.access.requests import AccessRequest
from reliability.web.errors import Conflict, Forbidden

each_method = require_http_methods(["GET", "HEAD", "POST"])


@require_POST
def run_stop(request: AccessRequest, number: int) -> HttpResponse:
    """At once: faults are in place, and a question costs seconds. The reason may be given with it."""
    run = get_run(caller=request.caller, run_id=number)
    try:
        stop_run(caller=request.caller, run_id=run.pk, reason=request.POST.get("reason", "")[:500], now=timezone.now())
    except Conflict as problem:
        messages.info(request, f"Run {run.pk}: {problem.message}.")
    else:
        messages.success(request, f"Run {run.pk} is being stopped: its faults are taken back and looked for.")
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return redirect(back)
    return redirect("run-detail", run.pk)


@each_method
def stop_all(request: AccessRequest) -> HttpResponse:
    """Asks once, says what it ends, and who may lift it."""
    if not may_stop_all(caller=request.caller):
        raise Forbidden("stopping all chaos needs the role responder in some team", reason="role_too_low")
    form = StopForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        global_stop.begin(caller=request.caller, reason=form.cleaned_data["reason"], now=timezone.now())
        messages.success(request, "All chaos is stopped. Runs are aborted, and none starts until this is lifted.")
        return redirect("chaos-home")
    return _asked(request, form, stop=in_force())


@each_method
def lift_stop(request: AccessRequest) -> HttpResponse:
    stop = in_force()
    if stop is None:
        messages.info(request, "Chaos is not stopped: there is nothing to lift.")
        return redirect("chaos-home")
    if not may_lift(caller=request.caller, stop=stop):
        raise Forbidden(
            f"only {stop.by_name}, who pressed it, or an administrator of the installation may lift the stop",
            reason="role_too_low",
        )
    form = LiftForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        global_stop.lift(caller=request.caller, reason=form.cleaned_data["reason"], now=timezone.now())
        messages.success(
            request, "Chaos is allowed again. What was aborted stays aborted; what waited asks its guards."
        )
        return redirect("chaos-home")
    return _asked(request, form, stop=stop, is_lifting=True)


def may_stop_all(*, caller: Caller) -> bool:
    """Any responder of any team."""
    return Scope.WRITE in caller.scopes and (caller.is_administrator or bool(caller.team_ids(Role.RESPONDER)))


def may_lift(*, caller: Caller, stop: GlobalStop) -> bool:
    """Administrators of the installation, and who pressed it."""
    is_own = caller.user_id is not None and caller.user_id == stop.by_user_id
    return Scope.WRITE in caller.scopes and (caller.is_administrator or is_own)


def _asked(
    request: AccessRequest, form: forms.Form, *, stop: GlobalStop | None, is_lifting: bool = False
) -> HttpResponse:
    under_way = Run.objects.filter(state__in=LEASED)
    context = {
        "tabs": tabs_for(request),
        "form": form,
        "stop": stop,
        "is_lifting": is_lifting,
        "under_way": under_way.count(),
        "cancel_url": reverse("chaos-home"),
    }
    return render(request, "runs/stop.html", context, status=422 if form.errors else 200)
