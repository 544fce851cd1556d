"""Naming the services and objectives that an incident touches."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from incidents.response.forms.impact import ImpactForm
from incidents.response.models import Incident
from incidents.response.selectors.incidents import incident as get_incident
from incidents.response.services import impact
from incidents.response.views.answers import done, form_page, require_responder
from incidents.response.views.impacts import impacted_services, impacted_slos
from reliability.access.requests import AccessRequest
from reliability.catalog.selectors.services import list_services
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal
from slo.selectors.slos import SloOrdering, list_slos


@require_http_methods(["GET", "POST"])
def impact_set(request: AccessRequest, number: int) -> HttpResponse:
    """Ticked is named, unticked is not; what the caller may not see stays as it is."""
    incident = get_incident(caller=request.caller, number=number)
    require_responder(request, incident)
    services = {one.pk for one in impacted_services(incident, caller=request.caller)}
    slos = {one.pk for one in impacted_slos(incident, caller=request.caller)[0]}
    form = ImpactForm(
        request.POST if request.method == "POST" else None,
        services=list_services(caller=request.caller),
        slos=list_slos(caller=request.caller, ordering=SloOrdering.NAME),
        initial={"services": services, "slos": slos},
    )
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, incident, form, services=services, slos=slos)
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            return done(request, incident, "The impact is saved.")
    words = "Objectives that users feel, and services that are broken. Changes and runbooks are looked up by them."
    return form_page(request, incident, form, heading="Impact", action="Save", words=words)


def _save(request: AccessRequest, incident: Incident, form: ImpactForm, *, services: set[int], slos: set[int]) -> None:
    caller, pk, now = request.caller, incident.pk, timezone.now()
    chosen_services = {one.pk for one in form.cleaned_data["services"]}
    chosen_slos = {one.pk for one in form.cleaned_data["slos"]}
    with transaction.atomic():
        for service_id in sorted(chosen_services - services):
            impact.add_service(caller=caller, incident_id=pk, service_id=service_id, now=now)
        for service_id in sorted(services - chosen_services):
            impact.remove_service(caller=caller, incident_id=pk, service_id=service_id, now=now)
        for slo_id in sorted(chosen_slos - slos):
            impact.add_slo(caller=caller, incident_id=pk, slo_id=slo_id, now=now)
        for slo_id in sorted(slos - chosen_slos):
            impact.remove_slo(caller=caller, incident_id=pk, slo_id=slo_id, now=now)
