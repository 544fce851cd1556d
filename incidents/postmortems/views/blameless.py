"""The blameless check beside what is being written."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from incidents.postmortems.domain.blameless import TEXT_MAX
from incidents.postmortems.selectors.postmortems import postmortem as get_postmortem
from incidents.postmortems.selectors.words import findings
from reliability.access.requests import AccessRequest

_LIVE_MAX = min(TEXT_MAX, 40_000)  # it runs with each pause of typing


@require_POST
def blameless(request: AccessRequest) -> HttpResponse:
    """text, and the number of the postmortem, whose people and words are known. A part for htmx, or a page."""
    number = request.POST.get("postmortem", "")
    postmortem = None
    if number.isascii() and number.isdigit() and len(number) < 19:
        postmortem = get_postmortem(caller=request.caller, number=int(number))
    # Of published ones of other teams nothing is told of people and words.
    is_ours = postmortem is not None and request.caller.may_read(postmortem.team_id)
    team_id = postmortem.team_id if postmortem is not None and is_ours else None
    found = findings(text=request.POST.get("text", "")[:_LIVE_MAX], team_id=team_id, postmortem=postmortem)
    template = "postmortems/_blameless.html" if "HX-Request" in request.headers else "postmortems/blameless.html"
    return render(request, template, {"findings": found, "postmortem": postmortem, "is_checked": True})
