"""/oncall/: who is on call now in every readable schedule, one's own shifts, and what will go wrong."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from incidents.oncall.selectors.board import HORIZON, shifts_of_person, standings
from incidents.oncall.selectors.schedules import list_schedules
from incidents.oncall.selectors.swaps import open_swaps
from incidents.oncall.selectors.warnings import warnings_of
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams, writable_teams
from reliability.kit.periods import Period
from reliability.web.pagination import page_of

OWN_SHIFTS_SHOWN = 8
OFFERS_SHOWN = 5
TOOL_SCHEDULES_MAX = 20


@require_safe
def now(request: AccessRequest) -> HttpResponse:
    """The words of the top bar: oneself, if on call, else whoever is in the first schedule of one's own teams where
    somebody is, and in how many more somebody is."""
    own_teams = list_schedules(caller=request.caller).filter(team_id__in=request.caller.team_ids())
    found = standings(schedules=own_teams[:TOOL_SCHEDULES_MAX], now=timezone.now())
    own = next((entry for entry in found if entry.user and entry.user.pk == request.caller.user_id), None)
    manned = [entry for entry in found if entry.user]
    first = next(iter([*manned, *found]), None)
    context = {"own": own, "first": first, "more": max(len(manned) - 1, 0)}
    return render(request, "oncall/_now.html", context)


@require_safe
def board(request: AccessRequest) -> HttpResponse:
    """The list, filtered by team and words; the part of it that time changes refreshes itself."""
    now = timezone.now()
    text, team = request.GET.get("q", "").strip()[:100], request.GET.get("team", "")
    everything = list_schedules(caller=request.caller)
    page = page_of(request, list_schedules(caller=request.caller, text=text, team=team))
    shown = list(page.object_list)
    warnings = warnings_of(schedules=shown, now=now)
    own = shifts_of_person(schedules=everything, user_id=request.caller.user_id or 0, period=Period(now, now + HORIZON))
    offers = open_swaps(caller=request.caller, now=now)
    context = {
        "page": page,
        "rows": [(standing, warnings[standing.schedule.pk]) for standing in standings(schedules=shown, now=now)],
        "own": own[:OWN_SHIFTS_SHOWN],
        "own_more": max(len(own) - OWN_SHIFTS_SHOWN, 0),
        "swaps": offers[:OFFERS_SHOWN],
        "swap_count": offers.count(),
        "teams": readable_teams(caller=request.caller).order_by("name"),
        "query": text,
        "team": team,
        "may_create": writable_teams(caller=request.caller, role=Role.EDITOR).exists(),
        "now": now,
        "soon": now + timedelta(days=1),
        "is_filtered": bool(text or team),
    }
    template = (
        "oncall/_board.html" if request.headers.get("HX-Request") and request.GET.get("part") else "oncall/board.html"
    )
    return render(request, template, context)
