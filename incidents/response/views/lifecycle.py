"""Buttons of an incident that need no more words: acknowledge, give back, escalate, mitigated."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from incidents.response.domain.phases import Milestone
from incidents.response.models import IncidentRole
from incidents.response.selectors.incidents import incident as get_incident
from incidents.response.services import lifecycle, milestones, roles
from incidents.response.views.answers import done, require_responder
from reliability.access.requests import AccessRequest
from reliability.web.errors import Invalid


@require_POST
def acknowledge(request: AccessRequest, number: int) -> HttpResponse:
    """With `takes_command=yes` the commander's role, too."""
    incident = get_incident(caller=request.caller, number=number)
    now = timezone.now()
    with transaction.atomic():
        moved = lifecycle.acknowledge(caller=request.caller, incident_id=incident.pk, now=now)
        if request.POST.get("takes_command") == "yes":
            roles.take(caller=request.caller, incident_id=incident.pk, role=IncidentRole.Role.COMMANDER, now=now)
    return done(request, incident, moved.message, is_changed=moved.is_changed)


@require_POST
def unacknowledge(request: AccessRequest, number: int) -> HttpResponse:
    incident = get_incident(caller=request.caller, number=number)
    moved = lifecycle.unacknowledge(caller=request.caller, incident_id=incident.pk, now=timezone.now())
    return done(request, incident, moved.message, is_changed=moved.is_changed)


@require_POST
def mitigate(request: AccessRequest, number: int) -> HttpResponse:
    """The milestone of this moment; another instant is set on its own page."""
    incident = get_incident(caller=request.caller, number=number)
    now = timezone.now()
    milestones.set_milestone(
        caller=request.caller, incident_id=incident.pk, milestone=Milestone.MITIGATED, at=now, now=now
    )
    return done(request, incident, "Users are fine again.")


@require_POST
def escalate(request: AccessRequest, number: int) -> HttpResponse:
    """The next step at once, unless paging has moved on since the page was shown."""
    incident = get_incident(caller=request.caller, number=number)
    require_responder(request, incident)
    moved = lifecycle.escalate(
        caller=request.caller,
        incident_id=incident.pk,
        now=timezone.now(),
        epoch=_number(request, "epoch"),
        step=_number(request, "step"),
    )
    return done(request, incident, moved.message, is_changed=moved.is_changed)


def _number(request: AccessRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise Invalid(details=[{"field": name, "message": f"{name} says where paging stood: load the page again"}])
    return int(text)
