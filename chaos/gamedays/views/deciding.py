"""From plan to day: plan it, go, no-go, another day, not at all, begin; and the team's own questions before that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from chaos.experiments.tabs import tabs_for
from chaos.gamedays.forms.deciding import REASON_MAX, ChecklistForm, PostponeForm, ReasonForm
from chaos.gamedays.forms.plan import wall_text
from chaos.gamedays.models import GameDay
from chaos.gamedays.selectors.game_days import game_day as get_game_day
from chaos.gamedays.services import checklist, live, planning
from chaos.gamedays.views.answers import attempt, page_of_day
from chaos.gamedays.views.game_day import plan_page
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal

each_method = require_http_methods(["GET", "HEAD", "POST"])


@require_POST
def plan(request: AccessRequest, number: int) -> HttpResponse:
    day = get_game_day(caller=request.caller, number=number)
    attempt(
        request,
        lambda: planning.plan(caller=request.caller, number=day.pk, now=timezone.now()),
        words="It is planned: those on the list are asked to come.",
    )
    return page_of_day(day)


@require_POST
def go(request: AccessRequest, number: int) -> HttpResponse:
    """With objections it needs a reason: `override_reason`."""
    day = get_game_day(caller=request.caller, number=number)
    reason = request.POST.get("override_reason", "").strip()[:REASON_MAX]
    attempt(
        request,
        lambda: planning.go(caller=request.caller, number=day.pk, override_reason=reason, now=timezone.now()),
        words="Go. Begin it when everybody is there.",
    )
    return page_of_day(day, "go")


@require_POST
def start(request: AccessRequest, number: int) -> HttpResponse:
    day = get_game_day(caller=request.caller, number=number)
    reason = request.POST.get("override_reason", "").strip()[:REASON_MAX]
    is_live = attempt(
        request,
        lambda: live.start(caller=request.caller, number=day.pk, override_reason=reason, now=timezone.now()),
        words="",
    )
    return redirect("game-day-room", day.pk) if is_live else page_of_day(day, "go")


@each_method
def no_go(request: AccessRequest, number: int) -> HttpResponse:
    day = _asked(request, number, Role.RESPONDER)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    words = {
        "title": f"No-go for {day.title}?",
        "losses": ["those who were asked to come hear that it is off, with your reason"],
        "keeps": "The plan stays. Plan it anew, or put it off to another day.",
        "action": "No-go",
    }
    return _confirmed(request, day, form, words, lambda: planning.no_go(**_call(request, day), **form.cleaned_data))


@each_method
def cancel(request: AccessRequest, number: int) -> HttpResponse:
    day = _asked(request, number, Role.EDITOR)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    words = {
        "title": f"Cancel {day.title}?",
        "losses": ["it does not take place; those who were asked to come get a cancellation"],
        "keeps": "Its plan can be read afterwards.",
        "action": "Cancel the game day",
    }
    return _confirmed(request, day, form, words, lambda: planning.cancel(**_call(request, day), **form.cleaned_data))


@each_method
def postpone(request: AccessRequest, number: int) -> HttpResponse:
    day = _asked(request, number, Role.EDITOR)
    form = PostponeForm(
        request.POST if request.method == "POST" else None,
        zone=day.zone,
        initial={"starts_at": wall_text(day.starts_at, zone=day.zone)},
    )
    words = {
        "title": f"Put {day.title} off?",
        "losses": ["the answers of those who were asked: everybody is asked anew for the new time"],
        "keeps": "Scenarios, roles and the checklist stay.",
        "action": "Put it off",
    }
    return _confirmed(request, day, form, words, lambda: planning.postpone(**_call(request, day), **form.cleaned_data))


@require_POST
def item_add(request: AccessRequest, number: int) -> HttpResponse:
    day = _asked(request, number, Role.EDITOR)
    form = ChecklistForm(request.POST)
    if form.is_valid():
        try:
            checklist.add(**_call(request, day), text=form.cleaned_data["text"])
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            return page_of_day(day, "go")
    return plan_page(request, day, item_form=form)


@require_POST
def item_tick(request: AccessRequest, number: int, pk: int) -> HttpResponse:
    """`is_done` yes or no; `act=remove` takes it off the list."""
    day = get_game_day(caller=request.caller, number=number)
    is_done = request.POST.get("is_done") == "yes"
    if request.POST.get("act") == "remove":
        attempt(request, lambda: checklist.remove(**_call(request, day), item_id=pk), words="")
    else:
        attempt(request, lambda: checklist.tick(**_call(request, day), item_id=pk, is_done=is_done), words="")
    return page_of_day(day, "go")


def _asked(request: AccessRequest, number: int, role: Role) -> GameDay:
    day = get_game_day(caller=request.caller, number=number)
    require(caller=request.caller, team_id=day.team_id, role=role)
    return day


def _call(request: AccessRequest, day: GameDay) -> dict[str, Any]:
    return {"caller": request.caller, "number": day.pk, "now": timezone.now()}


def _confirmed(
    request: AccessRequest, day: GameDay, form: forms.Form, words: dict[str, Any], act: Callable[[], object]
) -> HttpResponse:
    """Asks first; does it once the form is in order."""
    if form.is_valid():
        try:
            act()
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Done: those who were asked to come are told.")
            return page_of_day(day)
    context = {"tabs": tabs_for(request), "form": form, "day": day, "cancel_url": reverse("game-day", args=[day.pk])}
    return render(request, "gamedays/confirm.html", context | words, status=422 if form.errors else 200)
