"""Checklists of teams: every item with why it matters and where that is taught, and how the list came to be."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.access.selectors.teams import team as get_team
from reliability.catalog.tabs import tabs_for
from reliability.readiness.domain.days import Day
from reliability.readiness.domain.items import Item
from reliability.readiness.selectors import checklists as selectors
from reliability.web.pagination import page_of


@require_safe
def checklist_list(request: AccessRequest) -> HttpResponse:
    page = page_of(request, readable_teams(caller=request.caller).order_by("name", "pk"))
    teams = list(page.object_list)
    found = selectors.checklists_of(team_ids=[team.pk for team in teams])
    context = {"tabs": tabs_for(request), "page": page, "rows": [(team, found[team.pk]) for team in teams]}
    return render(request, "readiness/checklists.html", context)


@require_safe
def checklist_detail(request: AccessRequest, team: str) -> HttpResponse:
    owner = get_team(caller=request.caller, slug=team)
    found = selectors.checklist_of(team=owner)
    context = {
        "team": owner,
        "checklist": found,
        "days": by_day(found.items),
        "page": page_of(request, selectors.versions_of(checklist=found), per_page=20),
        "channels": found.row.channels.order_by("title", "pk") if found.row else (),
        "may_edit": request.caller.may(owner.pk, Role.EDITOR),
    }
    return render(request, "readiness/checklist.html", context)


@require_safe
def version_detail(request: AccessRequest, team: str, number: int) -> HttpResponse:
    """What the list asked for from that version on."""
    owner = get_team(caller=request.caller, slug=team)
    found = selectors.checklist_of(team=owner)
    version, items = selectors.version_of(checklist=found, number=number)
    context = {"team": owner, "version": version, "days": by_day(items), "is_newest": number == found.version}
    return render(request, "readiness/version.html", context)


def by_day(items: Sequence[Item]) -> list[tuple[Day, list[Item]]]:
    return [(day, own) for day in Day if (own := [item for item in items if item.day is day])]
