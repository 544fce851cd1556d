"""Changing how an objective alerts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid
from slo.forms.alerting import AlertingForms
from slo.selectors.alert_policies import settings_of
from slo.selectors.alerts import alerting_state
from slo.selectors.slos import get_slo
from slo.services import alerts


@require_http_methods(["GET", "POST"])
def slo_alerting(request: AccessRequest, name: str) -> HttpResponse:
    """The form; sent with mistakes, or on old values, it comes back with what was typed."""
    slo = get_slo(caller=request.caller, name=name)
    require(caller=request.caller, team_id=slo.team_id, role=Role.EDITOR)
    now = timezone.now()
    forms = AlertingForms(
        request.POST if request.method == "POST" else None,
        draft=alerts.draft_of(settings=settings_of(slo=slo)),
        revision=alerts.revision_of(slo=slo),
    )
    status = 200
    if request.method == "POST":
        status = 422
        if forms.is_valid():
            try:
                alerts.save(
                    caller=request.caller,
                    slo=slo,
                    draft=forms.draft(),
                    now=now,
                    reason=forms.reason,
                    expected_revision=forms.revision,
                )
            except (Invalid, Conflict) as problem:
                forms.take(problem)
                status = 409 if isinstance(problem, Conflict) else 422
            else:
                messages.success(request, "Saved. The rules hold from the next minute on.")
                return redirect("slo-alerts", slo.name)
    context = {"slo": slo, "forms": forms, "policy": alerting_state(slo=slo, now=now).policy}
    return render(request, "slo/alerting_form.html", context, status=status)
