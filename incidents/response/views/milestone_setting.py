"""Setting a milestone by hand."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from incidents.response.domain.phases import Milestone
from incidents.response.forms.lifecycle import MilestoneForm
from incidents.response.selectors.incidents import incident as get_incident
from incidents.response.services import milestones
from incidents.response.views.answers import done, form_page, require_responder
from reliability.access.requests import AccessRequest
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal

_WORDS = {
    Milestone.STARTED: "When users began to notice.",
    Milestone.DETECTED: "When we knew of it.",
    Milestone.ACKNOWLEDGED: "When the first person took it on.",
    Milestone.MITIGATED: "When the pain of users stopped, cause found or not.",
    Milestone.RESOLVED: "When nothing was left to repair.",
    Milestone.CLOSED: "When nothing was left to learn.",
}


@require_http_methods(["GET", "POST"])
def milestone_set(request: AccessRequest, number: int, milestone: str) -> HttpResponse:
    incident = get_incident(caller=request.caller, number=number)
    if milestone not in set(Milestone):
        raise Http404
    require_responder(request, incident)
    wanted = Milestone(milestone)
    stored = getattr(incident, f"{wanted.value}_at")
    form = MilestoneForm(request.POST or None, initial={"at": stored or timezone.now()})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data["at"]
        # The picker knows minutes only: an unchanged one keeps its seconds.
        is_same = stored is not None and typed == stored.replace(second=0, microsecond=0)
        try:
            milestones.set_milestone(
                caller=request.caller,
                incident_id=incident.pk,
                milestone=wanted,
                at=stored if is_same else typed,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            return done(request, incident, f"{wanted.value.capitalize()} is set.")
    heading = f"Milestone: {wanted.value}"
    return form_page(request, incident, form, heading=heading, action="Save", words=_WORDS[wanted], has_times=True)
