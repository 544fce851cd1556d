"""Excluding minutes from an objective, and letting them count again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from reliability.access.domain.caller import Role
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.kit.periods import Period
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal
from slo.forms.exclusion import ExclusionForm
from slo.forms.reason import ReasonForm
from slo.models import Slo
from slo.selectors.exclusions import exclusions_of
from slo.selectors.slos import get_slo
from slo.services import exclusions
from slo.views.back import back_to


@require_http_methods(["GET", "POST"])
def exclusion_new(request: AccessRequest, name: str) -> HttpResponse:
    """The form alone; sent with mistakes it comes back with what was typed."""
    slo = get_slo(caller=request.caller, name=name)
    require(caller=request.caller, team_id=slo.team_id, role=Role.EDITOR)
    service = visible(caller=request.caller, related=slo.service)
    form = ExclusionForm(request.POST or None, has_service=service is not None)
    if request.method == "POST" and form.is_valid():
        try:
            _create(request, slo, form)
        except Invalid as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "The minutes are excluded; the budget is computed anew.")
            return back_to(request, "slo-detail", slo.name)
    context = {"slo": slo, "form": form, "heading": "Exclude minutes"}
    return render(request, "slo/small_form.html", context, status=422 if form.errors else 200)


def _create(request: AccessRequest, slo: Slo, form: ExclusionForm) -> None:
    data = form.cleaned_data
    is_for_service = data.get("reach") == "service"
    exclusions.create(
        caller=request.caller,
        period=Period(data["start_at"], data["end_at"]),
        reason=data["reason"],
        effect=data["effect"],
        slo=None if is_for_service else slo,
        service=slo.service if is_for_service else None,
        now=timezone.now(),
    )


@require_http_methods(["GET", "POST"])
def exclusion_revoke(request: AccessRequest, name: str, pk: int) -> HttpResponse:
    """Ask for the reason, then let the period count again."""
    slo = get_slo(caller=request.caller, name=name)
    exclusion = get_object_or_404(exclusions_of(slo=slo), pk=pk)
    require(caller=request.caller, team_id=exclusion.team_id, role=Role.EDITOR)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            exclusions.revoke(
                caller=request.caller, exclusion=exclusion, now=timezone.now(), reason=form.cleaned_data["reason"]
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "The minutes count again.")
            return back_to(request, "slo-detail", slo.name)
    context = {"slo": slo, "form": form, "heading": "Revoke the exclusion", "exclusion": exclusion}
    return render(request, "slo/small_form.html", context, status=422 if form.errors else 200)
