"""What losing costs a service: one form."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from incidents.postmortems.forms.rate import RateForm
from incidents.postmortems.models import ServiceRate
from incidents.postmortems.services import rates
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.catalog.selectors.services import service as get_service
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal
from slo.models import Slo


@require_http_methods(["GET", "HEAD", "POST"])
def service_rate(request: AccessRequest, name: str) -> HttpResponse:
    service = get_service(caller=request.caller, name=name)
    require(caller=request.caller, team_id=service.team_id, role=Role.EDITOR)
    row = ServiceRate.objects.filter(service=service).select_related("slo").first()
    initial = {
        "per_lost_event": row.per_lost_event.normalize() if row and row.per_lost_event is not None else None,
        "per_minute": row.per_minute.normalize() if row and row.per_minute is not None else None,
        "currency": row.currency if row else "EUR",
        "slo": row.slo.name if row and row.slo else None,
        "revision": row.revision if row else 0,
    }
    objectives = Slo.objects.filter(service=service).order_by("title", "pk")
    form = RateForm(request.POST if request.method == "POST" else None, initial=initial, objectives=objectives)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            rates.set_rate(
                caller=request.caller,
                service=service,
                per_lost_event=typed["per_lost_event"],
                per_minute=typed["per_minute"],
                currency=typed["currency"],
                slo=typed["slo"],
                expected_revision=typed["revision"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Saved. Postmortems drafted from now on reckon with it.")
            return redirect("service-detail", service.name)
    context = {"service": service, "form": form}
    return render(request, "postmortems/rate.html", context, status=422 if form.errors else 200)
