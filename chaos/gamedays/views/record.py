"""The record: to read later, to print, as Markdown; corrections are added below."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from chaos.gamedays.domain.states import PLANNING, State
from chaos.gamedays.forms.wrap_up import CorrectionForm
from chaos.gamedays.models import GameDay
from chaos.gamedays.selectors import game_days as selectors
from chaos.gamedays.selectors.badges import Badge, badges_of
from chaos.gamedays.selectors.calendar import ics_of
from chaos.gamedays.selectors.follow_ups import findings_of, list_follow_ups
from chaos.gamedays.selectors.records import markdown
from chaos.gamedays.selectors.scoring import scored
from chaos.gamedays.services import wrapping
from chaos.gamedays.views.answers import page_of_day
from chaos.gamedays.views.game_day import counted
from chaos.gamedays.views.pictures import charts_of, slos_of
from chaos.gamedays.views.room import lines_of
from chaos.gamedays.views.rows import row_of, score_text, seconds_between
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal


@require_safe
def record(request: AccessRequest, number: int) -> HttpResponse:
    """`?format=markdown` as a file. Before anything happened there is no record: then the plan."""
    day = selectors.game_day(caller=request.caller, number=number)
    if day.state in PLANNING or day.state == State.CANCELLED:
        return page_of_day(day)
    if request.GET.get("format") == "markdown":
        return HttpResponse(
            markdown(game_day=day, now=timezone.now()),
            content_type="text/markdown; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="game-day-{day.pk}.md"'},
        )
    return record_page(request, day)


def record_page(request: AccessRequest, day: GameDay, form: CorrectionForm | None = None) -> HttpResponse:
    now = timezone.now()
    caller = request.caller
    marks = scored(game_day=day, now=now)
    scenarios = [one.scenario for one in marks.scenarios]
    observations = selectors.observations_of(game_day=day)
    slos = slos_of(scenarios, caller=caller)
    detections = {one.scenario.pk: one.detection for one in marks.scenarios}
    invitees = selectors.invitees_of(game_day=day)
    context: dict[str, Any] = {
        "day": day,
        "row": row_of(day),
        "lasted": seconds_between(day.started_at, day.ended_at),
        "score": score_text(marks.score),
        "judged": [(one, score_text(one.score)) for one in marks.scenarios],
        "roles": selectors.roles_history_of(game_day=day),
        "invitees": invitees,
        "counted": counted(invitees),
        "lines": list(reversed(lines_of(observations, detections=detections))),
        "findings": findings_of(game_day=day),
        "follow_ups": list_follow_ups(caller=caller, game_day_number=day.pk),
        "corrections": list(day.corrections.all()),
        "badges": _badges(day),
        "charts": charts_of(day, scenarios=scenarios, observations=observations, slos=slos, now=now),
        "may_respond": caller.may(day.team_id, Role.RESPONDER),
        "form": form or CorrectionForm(),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "gamedays/record.html", context, status=status)


def _badges(day: GameDay) -> list[Badge]:
    """Those of the team that this day earned."""
    if day.closed_at is None or day.started_at is None:
        return []
    return [one for one in badges_of(team=day.team, now=timezone.now()) if day.started_at <= one.at <= day.closed_at]


@require_POST
def correct(request: AccessRequest, number: int) -> HttpResponse:
    day = selectors.game_day(caller=request.caller, number=number)
    require(caller=request.caller, team_id=day.team_id, role=Role.RESPONDER)
    form = CorrectionForm(request.POST)
    if form.is_valid():
        try:
            wrapping.correct(caller=request.caller, number=day.pk, text=form.cleaned_data["text"], now=timezone.now())
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "It is added to the record.")
            return redirect(reverse("game-day-record", args=[day.pk]) + "#corrections")
    return record_page(request, day, form)


@require_safe
def calendar_file(request: AccessRequest, number: int) -> HttpResponse:
    day = selectors.game_day(caller=request.caller, number=number)
    return HttpResponse(
        ics_of(game_day=day, now=timezone.now()),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="game-day-{day.pk}.ics"'},
    )
