"""What people write while wrapping up; each form of the page is sent by itself, and comes back with its mistakes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from chaos.gamedays.domain.states import Tri
from chaos.gamedays.forms.wrap_up import JudgeForm, WrapUpForm
from chaos.gamedays.models import GameDay
from chaos.gamedays.selectors.game_days import game_day as get_game_day
from chaos.gamedays.selectors.game_days import scenarios_of
from chaos.gamedays.services import findings, follow_ups, wrapping
from chaos.gamedays.views.answers import attempt
from chaos.gamedays.views.wrap_up import finding_form, follow_form, wrap_page
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid, NotFound
from reliability.web.refusals import show_refusal


def _day(request: AccessRequest, number: int) -> GameDay:
    day = get_game_day(caller=request.caller, number=number)
    require(caller=request.caller, team_id=day.team_id, role=Role.RESPONDER)
    return day


def _call(request: AccessRequest, day: GameDay) -> dict[str, Any]:
    return {"caller": request.caller, "number": day.pk, "now": timezone.now()}


def _back(day: GameDay, anchor: str) -> HttpResponse:
    return redirect(f"{reverse('game-day-wrap-up', args=[day.pk])}#{anchor}")


@require_POST
def answers_save(request: AccessRequest, number: int) -> HttpResponse:
    day = _day(request, number)
    form = WrapUpForm(request.POST)
    if form.is_valid():
        try:
            wrapping.save(**_call(request, day), draft=form.draft(), expected_revision=form.cleaned_data["revision"])
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Kept.")
            return _back(day, "right")
    return wrap_page(request, day, wrap_form=form)


@require_POST
def scenario_judge(request: AccessRequest, number: int, pk: int) -> HttpResponse:
    day = _day(request, number)
    scenario = next((one for one in scenarios_of(game_day=day) if one.pk == pk), None)
    if scenario is None:
        raise NotFound("there is no such scenario in this game day")
    form = JudgeForm(request.POST, scenario=scenario)
    if form.is_valid():
        data = form.cleaned_data
        try:
            wrapping.judge_scenario(
                **_call(request, day),
                scenario_id=scenario.pk,
                held=Tri(data["held"]),
                responded=Tri(data["responded"]),
                faults_gone=Tri(data["faults_gone"]),
                learnt=data["learnt"],
                expected_revision=data["revision"],
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            return _back(day, f"scenario-{scenario.pk}")
    return wrap_page(request, day, judge=form)


@require_POST
def finding_add(request: AccessRequest, number: int) -> HttpResponse:
    day = _day(request, number)
    form = finding_form(day, request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            findings.record(
                **_call(request, day),
                title=data["title"],
                text=data["text"],
                layer=data["layer"],
                service=data["service"].name if data["service"] else "",
                scenario_id=data["scenario"],
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Kept, and in the vulnerability backlog.")
            return _back(day, "findings")
    return wrap_page(request, day, finding_form=form)


@require_POST
def follow_up_add(request: AccessRequest, number: int) -> HttpResponse:
    day = _day(request, number)
    form = follow_form(request, day, request.POST)
    if form.is_valid():
        try:
            follow_ups.create(**_call(request, day), draft=form.draft(), scenario_id=form.cleaned_data["scenario"])
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "It will be followed up.")
            return _back(day, "follow-ups")
    return wrap_page(request, day, follow_form=form)


@require_POST
def close(request: AccessRequest, number: int) -> HttpResponse:
    """The record is written, for good."""
    day = _day(request, number)
    is_closed = attempt(
        request, lambda: wrapping.close(**_call(request, day)), words="The record is written. Thank you all."
    )
    return redirect("game-day-record", day.pk) if is_closed else _back(day, "close")
