"""Giving budget back, or spending it, by hand."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal
from slo.forms.adjustment import AdjustmentForm
from slo.forms.reason import ReasonForm
from slo.selectors.exclusions import adjustments_of
from slo.selectors.slos import get_slo
from slo.services import adjustments
from slo.views.back import back_to


@require_http_methods(["GET", "POST"])
def adjustment_new(request: AccessRequest, name: str) -> HttpResponse:
    """The form alone; sent with mistakes it comes back with what was typed."""
    slo = get_slo(caller=request.caller, name=name)
    require(caller=request.caller, team_id=slo.team_id, role=Role.EDITOR)
    form = AdjustmentForm(request.POST or None, initial={"at": timezone.now()})
    if request.method == "POST" and form.is_valid():
        try:
            adjustments.create(
                caller=request.caller,
                slo=slo,
                at=form.cleaned_data["at"],
                consumed_delta=form.consumed_delta(),
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
        except Invalid as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "The budget is adjusted.")
            return back_to(request, "slo-detail", slo.name)
    context = {"slo": slo, "form": form, "heading": "Adjust the budget"}
    return render(request, "slo/small_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def adjustment_revoke(request: AccessRequest, name: str, pk: int) -> HttpResponse:
    """Ask for the reason, then take the adjustment back."""
    slo = get_slo(caller=request.caller, name=name)
    require(caller=request.caller, team_id=slo.team_id, role=Role.EDITOR)
    adjustment = get_object_or_404(adjustments_of(slo=slo), pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            adjustments.revoke(
                caller=request.caller, adjustment=adjustment, now=timezone.now(), reason=form.cleaned_data["reason"]
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "The adjustment is revoked.")
            return back_to(request, "slo-detail", slo.name)
    context = {"slo": slo, "form": form, "heading": "Revoke the adjustment", "adjustment": adjustment}
    return render(request, "slo/small_form.html", context, status=422 if form.errors else 200)
