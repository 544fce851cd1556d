"""Taking a role, laying it down, handing it over."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from incidents.response.forms.role import HandOverForm
from incidents.response.models import IncidentRole
from incidents.response.selectors.incidents import incident as get_incident
from incidents.response.services import roles
from incidents.response.views.answers import done, form_page, require_responder
from reliability.access.requests import AccessRequest
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal

RoleName = IncidentRole.Role


def _role(request: HttpRequest) -> IncidentRole.Role:
    named = request.POST.get("role", "")
    if named not in RoleName.values:
        raise Invalid(details=[{"field": "role", "message": f"role must be one of {', '.join(RoleName.values)}"}])
    return RoleName(named)


@require_POST
def take(request: AccessRequest, number: int) -> HttpResponse:
    incident = get_incident(caller=request.caller, number=number)
    require_responder(request, incident)
    role = _role(request)
    roles.take(caller=request.caller, incident_id=incident.pk, role=role, now=timezone.now())
    return done(request, incident, f"You are {role.value}.")


@require_POST
def leave(request: AccessRequest, number: int) -> HttpResponse:
    incident = get_incident(caller=request.caller, number=number)
    require_responder(request, incident)
    role = _role(request)
    was = roles.leave(caller=request.caller, incident_id=incident.pk, role=role, now=timezone.now())
    message = f"You are no longer {role.value}." if was else f"You were not {role.value}."
    return done(request, incident, message, is_changed=was)


@require_http_methods(["GET", "POST"])
def hand_over(request: AccessRequest, number: int) -> HttpResponse:
    incident = get_incident(caller=request.caller, number=number)
    require_responder(request, incident)
    people = roles.able_people(team_id=incident.team_id)
    form = HandOverForm(request.POST or None, people=people, initial={"role": request.GET.get("role", "")})
    if request.method == "POST" and form.is_valid():
        role = RoleName(form.cleaned_data["role"])
        to_user_id = form.cleaned_data["user"]
        try:
            given = roles.hand_over(
                caller=request.caller, incident_id=incident.pk, role=role, to_user_id=to_user_id, now=timezone.now()
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            return done(request, incident, f"{given.user} is {role.value}.")
    return form_page(request, incident, form, heading="Hand a role over", action="Hand over")
