"""Deleting objectives and indicators, after saying what is lost."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from reliability.access.domain.caller import Role
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict
from slo.forms.deletion import DeletionForm
from slo.selectors.slis import get_sli
from slo.selectors.slos import get_slo
from slo.services import slis, slos


@require_http_methods(["GET", "POST"])
def slo_delete(request: AccessRequest, name: str) -> HttpResponse:
    """Names the losses and asks for the name, then deletes; refused in words while a composite is made of it."""
    slo = get_slo(caller=request.caller, name=name)
    require(caller=request.caller, team_id=slo.team_id, role=Role.EDITOR)
    form = DeletionForm(request.POST or None, expected=slo.name)
    if request.method == "POST" and form.is_valid():
        try:
            slos.delete(caller=request.caller, slo=slo, now=timezone.now(), reason=form.cleaned_data["reason"])
        except Conflict as problem:
            form.add_error(None, problem.message)
        else:
            messages.success(request, f"{slo.title} is deleted.")
            return redirect("slo-list")
    context = {
        "title": f"Delete {slo.title}?",
        "form": form,
        "losses": slos.losses_of(slo=slo),
        "keeps": f"The indicator {visible(caller=request.caller, related=slo.sli) or ''} and its history stay.",
        "action": "Delete the objective",
        "cancel_url": reverse("slo-detail", args=[slo.name]),
    }
    return render(request, "web/confirm.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def sli_delete(request: AccessRequest, name: str) -> HttpResponse:
    """As above; refused in words while an objective measures by it."""
    sli = get_sli(caller=request.caller, name=name)
    require(caller=request.caller, team_id=sli.team_id, role=Role.EDITOR)
    form = DeletionForm(request.POST or None, expected=sli.name)
    if request.method == "POST" and form.is_valid():
        try:
            slis.delete(caller=request.caller, sli=sli, now=timezone.now(), reason=form.cleaned_data["reason"])
        except Conflict as problem:
            form.add_error(None, problem.message)
        else:
            messages.success(request, f"{sli} is deleted.")
            return redirect("sli-list")
    context = {
        "title": f"Delete {sli}?",
        "form": form,
        "losses": slis.losses_of(sli=sli),
        "action": "Delete the indicator",
        "cancel_url": reverse("sli-detail", args=[sli.name]),
    }
    return render(request, "web/confirm.html", context, status=422 if form.errors else 200)
