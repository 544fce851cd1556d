"""Drafting a postmortem from an incident, and taking over what came later."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from incidents.postmortems.domain.due import DUE_AFTER
from incidents.postmortems.selectors.postmortems import of_incident
from incidents.postmortems.services import drafting
from incidents.postmortems.views.writable import back, opened, tried
from incidents.response.models import ImpactedSlo, TimelineEntry
from incidents.response.selectors.incidents import incident as get_incident
from incidents.response.tabs import tabs_for
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict


@require_http_methods(["GET", "HEAD", "POST"])
def postmortem_draft(request: AccessRequest, number: int) -> HttpResponse:
    """What will be taken over, and the button; an incident that has one leads to it. number: of the incident."""
    incident = get_incident(caller=request.caller, number=number)
    require(caller=request.caller, team_id=incident.team_id, role=Role.RESPONDER)
    there = of_incident(incident=incident)
    if there is not None:
        return redirect("postmortem-detail", there.pk)
    problem = ""
    if request.method == "POST":
        try:
            made = drafting.draft_from(caller=request.caller, incident=incident, now=timezone.now())
        except Conflict as refused:
            problem = refused.message
        else:
            messages.success(request, "Drafted. Begin with the summary: what happened, to whom, for how long?")
            return redirect("postmortem-detail", made.pk)
    context = {
        "place_tabs": tabs_for(request),
        "incident": incident,
        "problem": problem,
        "entries": TimelineEntry.objects.filter(incident=incident, removed_at=None).count(),
        "objectives": ImpactedSlo.objects.filter(incident=incident).count(),
        "hours": int(DUE_AFTER.total_seconds() // 3600),
    }
    return render(request, "postmortems/draft.html", context, status=409 if problem else 200)


@require_POST
def postmortem_refresh(request: AccessRequest, number: int) -> HttpResponse:
    """Later entries and newer numbers; what people wrote stays."""
    postmortem = opened(request, number)
    added = 0

    def act() -> None:
        nonlocal added
        added = drafting.refresh(caller=request.caller, postmortem=postmortem, now=timezone.now())

    if tried(request, act):
        entries = f"{added} new entr{'y' if added == 1 else 'ies'}"
        messages.success(request, f"Taken over: {entries} of the timeline, milestones and numbers as they are now.")
    return back(postmortem, edit="timeline" if added else "", anchor="timeline")
