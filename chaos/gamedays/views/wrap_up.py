"""The wrap-up: what each scenario showed, was it the right experiment, findings, follow-ups, the record."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chaos.experiments.tabs import tabs_for
from chaos.gamedays.domain.states import PLANNING, State
from chaos.gamedays.forms.wrap_up import FindingForm, FollowUpForm, JudgeForm, WrapUpForm
from chaos.gamedays.models import GameDay, Scenario
from chaos.gamedays.selectors import game_days as selectors
from chaos.gamedays.selectors.follow_ups import findings_of, list_follow_ups
from chaos.gamedays.selectors.scoring import scored
from chaos.gamedays.views.answers import page_of_day
from chaos.gamedays.views.choices import experiments_of, people_of, services_of
from chaos.gamedays.views.rows import row_of, score_text
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest


@require_safe
def wrap_up(request: AccessRequest, number: int) -> HttpResponse:
    day = selectors.game_day(caller=request.caller, number=number)
    if day.state == State.LIVE:
        return redirect("game-day-room", day.pk)
    if day.state == State.DONE:
        return redirect("game-day-record", day.pk)
    if day.state in PLANNING or day.state == State.CANCELLED:
        return page_of_day(day)
    return wrap_page(request, day)


def wrap_page(request: AccessRequest, day: GameDay, **bound: forms.Form) -> HttpResponse:
    """The page with forms as they are new, or as they came back. bound: wrap_form, finding_form, follow_form, judge."""
    now = timezone.now()
    caller = request.caller
    marks = scored(game_day=day, now=now)
    context: dict[str, Any] = {
        "tabs": tabs_for(request),
        "day": day,
        "row": row_of(day),
        "may_respond": caller.may(day.team_id, Role.RESPONDER),
        "judged": [
            (one, score_text(one.score), _judge_form(one.scenario, bound.get("judge"))) for one in marks.scenarios
        ],
        "score": score_text(marks.score),
        "findings": findings_of(game_day=day),
        "follow_ups": list_follow_ups(caller=caller, game_day_number=day.pk),
        "wrap_form": WrapUpForm(initial=_answers(day)),
        "finding_form": finding_form(day),
        "follow_form": follow_form(request, day),
        **{name: form for name, form in bound.items() if name != "judge"},
    }
    status = 422 if any(form.errors for form in bound.values()) else 200
    return render(request, "gamedays/wrap_up.html", context, status=status)


def _judge_form(scenario: Scenario, bound: forms.Form | None) -> forms.Form:
    if isinstance(bound, JudgeForm) and bound.scenario.pk == scenario.pk:
        return bound
    names = ("held", "responded", "faults_gone", "learnt", "revision")
    return JudgeForm(scenario=scenario, initial={name: getattr(scenario, name) for name in names})


def _answers(day: GameDay) -> dict[str, Any]:
    names = ("was_right", "was_right_why", "went_well", "went_badly", "was_lucky", "revision")
    return {name: getattr(day, name) for name in names}


def finding_form(day: GameDay, data: QueryDict | None = None) -> FindingForm:
    return FindingForm(data, services=services_of(day), scenarios=selectors.scenarios_of(game_day=day))


def follow_form(request: AccessRequest, day: GameDay, data: QueryDict | None = None) -> FollowUpForm:
    return FollowUpForm(
        data,
        people=people_of(day),
        experiments=experiments_of(day, caller=request.caller),
        scenarios=selectors.scenarios_of(game_day=day),
    )
