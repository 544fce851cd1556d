"""Ratios of a team: defined, changed, deleted."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import writable_teams
from reliability.access.services.authorize import require
from reliability.measures.counts import counts
from reliability.measures.forms.ratio import RatioForm
from reliability.measures.models import OwnRatio
from reliability.measures.selectors.figures import measure_names
from reliability.measures.selectors.ratios import own_ratio
from reliability.measures.services import ratios
from reliability.web.errors import Conflict, Forbidden, Invalid
from reliability.web.refusals import show_refusal

_NAMES = ("title", "numerator", "denominator", "unit", "revision")
each_method = require_http_methods(["GET", "HEAD", "POST"])


@each_method
def ratio_new(request: AccessRequest) -> HttpResponse:
    teams = writable_teams(caller=request.caller, role=Role.EDITOR).order_by("name", "pk")
    if not teams.exists():
        raise Forbidden("this needs the role editor in a team: ask an administrator of yours", reason="role_too_low")
    form = RatioForm(request.POST if request.method == "POST" else None, teams=teams)
    if form.is_valid():
        data = form.cleaned_data
        try:
            made = ratios.create(
                caller=request.caller, team=data["team"], name=data["name"], draft=form.draft(), now=timezone.now()
            )
        except (Invalid, Conflict) as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"Defined {made}.")
            return redirect(_address(made))
    return _shown(request, form, None)


@each_method
def ratio_edit(request: AccessRequest, ratio_id: int) -> HttpResponse:
    """Changed, or with `delete` taken away."""
    found = own_ratio(caller=request.caller, ratio_id=ratio_id)
    require(caller=request.caller, team_id=found.team_id, role=Role.EDITOR)
    if request.method == "POST" and "delete" in request.POST:
        address = _address(found)
        ratios.delete(caller=request.caller, ratio=found, now=timezone.now())
        messages.success(request, "The ratio is gone; what was told of its measures stays.")
        return redirect(address)
    form = RatioForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(found, name) for name in _NAMES},
        teams=None,
    )
    if form.is_valid():
        try:
            ratios.change(
                caller=request.caller,
                ratio=found,
                draft=form.draft(),
                now=timezone.now(),
                expected_revision=form.cleaned_data["revision"],
            )
        except (Invalid, Conflict) as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"Saved {found}.")
            return redirect(_address(found))
    return _shown(request, form, found)


def _shown(request: AccessRequest, form: RatioForm, ratio: OwnRatio | None) -> HttpResponse:
    names = sorted({*counts(), *measure_names(caller=request.caller), "cost", "transactions"})
    context = {"form": form, "ratio": ratio, "names": names}
    return render(request, "measures/ratio_form.html", context, status=422 if form.errors else 200)


def _address(ratio: OwnRatio) -> str:
    return f"{reverse('delivery-ratios')}?team={ratio.team.slug}"
