"""The scenarios of a plan: each has a form of its own, buttons move it and take it out. No JavaScript is needed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from chaos.experiments.tabs import tabs_for
from chaos.gamedays.domain.states import State
from chaos.gamedays.forms.scenario import ScenarioForm
from chaos.gamedays.models import GameDay, Scenario
from chaos.gamedays.selectors.game_days import game_day as get_game_day
from chaos.gamedays.selectors.game_days import scenarios_of
from chaos.gamedays.services import scenarios
from chaos.gamedays.views.answers import attempt, page_of_day
from chaos.gamedays.views.choices import experiments_of, services_of
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid, NotFound
from reliability.web.refusals import show_refusal

each_method = require_http_methods(["GET", "HEAD", "POST"])


@each_method
def scenario_new(request: AccessRequest, number: int) -> HttpResponse:
    day = get_game_day(caller=request.caller, number=number)
    require(caller=request.caller, team_id=day.team_id, role=_needed(day))
    return _edit(request, day, None, {"experiment": request.GET.get("experiment", "")[:63]})


@each_method
def scenario_edit(request: AccessRequest, number: int, pk: int) -> HttpResponse:
    day, scenario = _found(request, number, pk)
    require(caller=request.caller, team_id=day.team_id, role=_needed(day))
    names = ("title", "happens", "expected_alert", "expected_minutes", "expected_response", "revision")
    initial: dict[str, Any] = {name: getattr(scenario, name) for name in names}
    initial |= {"experiment": scenario.experiment.slug if scenario.experiment else ""}
    initial |= {"service": scenario.service.name if scenario.service else ""}
    return _edit(request, day, scenario, initial)


@require_POST
def scenario_move(request: AccessRequest, number: int, pk: int) -> HttpResponse:
    """`to`: earlier or later."""
    day, scenario = _found(request, number, pk)
    position = scenario.position + (-1 if request.POST.get("to") == "earlier" else 1)
    attempt(
        request,
        lambda: scenarios.move(
            caller=request.caller, number=day.pk, scenario_id=scenario.pk, position=position, now=timezone.now()
        ),
        words="",
    )
    return page_of_day(day, "scenarios")


@require_POST
def scenario_remove(request: AccessRequest, number: int, pk: int) -> HttpResponse:
    day, scenario = _found(request, number, pk)
    attempt(
        request,
        lambda: scenarios.remove(caller=request.caller, number=day.pk, scenario_id=scenario.pk, now=timezone.now()),
        words=f"{scenario.title} is out of the plan.",
    )
    return page_of_day(day, "scenarios")


def _needed(day: GameDay) -> Role:
    """While it is live, whoever runs it may add to it."""
    return Role.RESPONDER if day.state == State.LIVE else Role.EDITOR


def _found(request: AccessRequest, number: int, pk: int) -> tuple[GameDay, Scenario]:
    day = get_game_day(caller=request.caller, number=number)
    scenario = next((one for one in scenarios_of(game_day=day) if one.pk == pk), None)
    if scenario is None:
        raise NotFound("there is no such scenario in this game day")
    return day, scenario


def _edit(request: AccessRequest, day: GameDay, scenario: Scenario | None, initial: dict[str, Any]) -> HttpResponse:
    form = ScenarioForm(
        request.POST if request.method == "POST" else None,
        experiments=experiments_of(day, caller=request.caller),
        services=services_of(day),
        initial=initial,
    )
    if form.is_valid():
        try:
            _save(request, day, scenario, form)
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(
                request, "The scenario is in the plan." if scenario is None else "The scenario is changed."
            )
            return page_of_day(day, "scenarios")
    context = {"tabs": tabs_for(request), "form": form, "day": day, "scenario": scenario}
    return render(request, "gamedays/scenario_form.html", context, status=422 if form.errors else 200)


def _save(request: AccessRequest, day: GameDay, scenario: Scenario | None, form: ScenarioForm) -> None:
    now = timezone.now()
    if scenario is None:
        scenarios.add(caller=request.caller, number=day.pk, draft=form.draft(), now=now)
        return
    scenarios.edit(
        caller=request.caller,
        number=day.pk,
        scenario_id=scenario.pk,
        draft=form.draft(),
        expected_revision=form.cleaned_data["revision"],
        now=now,
    )
