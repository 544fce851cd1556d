"""Writing a plan: its texts and its time."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chaos.experiments.tabs import tabs_for
from chaos.gamedays.forms.plan import PlanForm, wall_text
from chaos.gamedays.models import GameDay
from chaos.gamedays.selectors.game_days import game_day as get_game_day
from chaos.gamedays.services import game_days
from chaos.gamedays.views.choices import require_editor_somewhere, teams_of_editor
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid
from reliability.web.fields import page_zone
from reliability.web.refusals import show_refusal

each_method = require_http_methods(["GET", "HEAD", "POST"])


@each_method
def game_day_new(request: AccessRequest) -> HttpResponse:
    """A draft: scenarios and people come on its own page."""
    require_editor_somewhere(request)
    initial = {"team": request.GET.get("team", "")[:63], "zone": page_zone().key}
    form = PlanForm(
        request.POST if request.method == "POST" else None,
        teams=teams_of_editor(caller=request.caller),
        game_day=None,
        initial=initial,
    )
    if form.is_valid():
        draft = form.draft(team_id=form.cleaned_data["team"].pk)
        try:
            made = game_days.create(caller=request.caller, draft=draft, now=timezone.now())
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "The draft is kept. Nobody is asked to come before you plan it.")
            return redirect("game-day", made.pk)
    return _page(request, form, None)


@each_method
def game_day_edit(request: AccessRequest, number: int) -> HttpResponse:
    day = get_game_day(caller=request.caller, number=number)
    require(caller=request.caller, team_id=day.team_id, role=Role.EDITOR)
    form = PlanForm(
        request.POST if request.method == "POST" else None,
        teams=teams_of_editor(caller=request.caller),
        game_day=day,
        initial=_initial(day),
    )
    if form.is_valid():
        try:
            game_days.edit(
                caller=request.caller,
                number=day.pk,
                draft=form.draft(team_id=day.team_id),
                expected_revision=form.cleaned_data["revision"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "The plan is changed.")
            return redirect("game-day", day.pk)
    return _page(request, form, day)


def _initial(day: GameDay) -> dict[str, Any]:
    draft = game_days.draft_of(game_day=day)
    names = ("title", "goal", "hypothesis", "notes", "length_minutes", "zone", "place")
    initial: dict[str, Any] = {name: getattr(draft, name) for name in names}
    return initial | {"starts_at": wall_text(draft.starts_at, zone=draft.zone), "revision": day.revision}


def _page(request: AccessRequest, form: PlanForm, day: GameDay | None) -> HttpResponse:
    context = {"tabs": tabs_for(request), "form": form, "day": day}
    return render(request, "gamedays/form.html", context, status=422 if form.errors else 200)
