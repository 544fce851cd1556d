"""Badges of a team: off by default, switched by its administrators, shown on its page once they are on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chaos.experiments.tabs import tabs_for
from chaos.gamedays.selectors.badges import badges_of, has_badges
from chaos.gamedays.services.settings import set_badges
from reliability.access.domain.caller import Role
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as get_team
from reliability.access.services.authorize import require


@require_http_methods(["GET", "HEAD", "POST"])
def badge_settings(request: AccessRequest, slug: str) -> HttpResponse:
    """What they are for, which the team has, and the switch."""
    team = get_team(caller=request.caller, slug=slug)
    if request.method == "POST":
        require(caller=request.caller, team_id=team.pk, role=Role.ADMINISTRATOR)
        wanted = request.POST.get("has_badges") == "yes"
        is_on = set_badges(caller=request.caller, team=team, has_badges=wanted, now=timezone.now())
        messages.success(request, "Badges are shown." if is_on else "Badges are not shown.")
        return redirect("game-day-badges", team.slug)
    context = {
        "tabs": tabs_for(request),
        "team": team,
        "is_on": has_badges(team_id=team.pk),
        "may_switch": request.caller.may(team.pk, Role.ADMINISTRATOR),
        "badges": badges_of(team=team, now=timezone.now()),
    }
    return render(request, "gamedays/badges.html", context)


def badges_on_team_page(*, request: AccessRequest, team: Team, now: datetime) -> dict[str, Any] | None:
    """None while they are off: the page stays as it was."""
    if not has_badges(team_id=team.pk):
        return None
    return {"badges": badges_of(team=team, now=now)}
