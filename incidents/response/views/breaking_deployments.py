"""Naming the deployments that broke production in an incident."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from incidents.response.forms.breaking_deployments import BreakingDeploymentsForm
from incidents.response.models import BreakingDeployment
from incidents.response.selectors.breaking_deployments import candidates
from incidents.response.selectors.incidents import incident as get_incident
from incidents.response.services.breaking_deployments import name_deployments
from incidents.response.views.answers import done, form_page, require_responder
from reliability.access.requests import AccessRequest
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal


@require_http_methods(["GET", "POST"])
def deployments_set(request: AccessRequest, number: int) -> HttpResponse:
    """Ticked is named, unticked is not; what the caller may not see stays as it is."""
    incident = get_incident(caller=request.caller, number=number)
    require_responder(request, incident)
    now = timezone.now()
    found = candidates(caller=request.caller, incident=incident, now=now)
    named = BreakingDeployment.objects.filter(incident=incident).values_list("deployment_id", flat=True)
    form = BreakingDeploymentsForm(
        request.POST if request.method == "POST" else None, deployments=found, initial={"deployments": list(named)}
    )
    if request.method == "POST" and form.is_valid():
        chosen = [one.pk for one in form.cleaned_data["deployments"]]
        try:
            is_changed = name_deployments(
                caller=request.caller, incident_id=incident.pk, deployment_ids=chosen, now=now
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            return done(request, incident, "The deployments are saved.", is_changed=is_changed)
    words = (
        "What you name counts as a failed deployment, until service was restored. To choose from: the week before, of"
        " the impacted services and what they need."
        if found
        else "No successful deployment of the impacted services, or of what they need, is known from the week before"
        " it began. Name the impacted services first."
    )
    return form_page(request, incident, form, heading="Deployments that broke it", action="Save", words=words)
