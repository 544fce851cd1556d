"""What people do in the room: scenarios, the red button, observations, the end of the day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from chaos.experiments.tabs import tabs_for
from chaos.gamedays.domain.states import ObservationKind, State
from chaos.gamedays.forms.observation import ObservationEditForm, ObservationForm
from chaos.gamedays.models import GameDay, Scenario
from chaos.gamedays.selectors.game_days import game_day as get_game_day
from chaos.gamedays.selectors.game_days import observations_of, scenarios_of
from chaos.gamedays.selectors.room import room as get_room
from chaos.gamedays.services import live, observations
from chaos.gamedays.views.answers import attempt
from chaos.gamedays.views.room import whole_room
from chaos.runs.services.stopping import stop_run
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid, NotFound
from reliability.web.refusals import show_refusal

REASON_MAX = 500


def _day(request: AccessRequest, number: int) -> GameDay:
    """Of a responder of its team."""
    day = get_game_day(caller=request.caller, number=number)
    require(caller=request.caller, team_id=day.team_id, role=Role.RESPONDER)
    return day


def room_of(day: GameDay, anchor: str = "") -> HttpResponse:
    return redirect(reverse("game-day-room", args=[day.pk]) + (f"#{anchor}" if anchor else ""))


@require_POST
def stop(request: AccessRequest, number: int) -> HttpResponse:
    """At once, whatever of this game day is under way: a question costs seconds."""
    day = _day(request, number)
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:REASON_MAX]
    now = timezone.now()
    stopped = []
    for run in get_room(game_day=day, now=now).open_runs:
        try:
            stop_run(caller=request.caller, run_id=run.pk, reason=reason, now=now)
        except Conflict:
            continue  # it ended in this moment
        stopped.append(f"run {run.pk}")
    if stopped:
        messages.success(request, f"Stopping {', '.join(stopped)}: every fault is taken back and looked for.")
    else:
        messages.info(request, "No run of this game day is under way: there is nothing to stop.")
    return room_of(day)


@require_POST
def scenario_begin(request: AccessRequest, number: int, pk: int) -> HttpResponse:
    day = _day(request, number)
    attempt(
        request,
        lambda: live.begin_scenario(caller=request.caller, number=day.pk, scenario_id=pk, now=timezone.now()),
        words="",
    )
    return room_of(day)


@require_POST
def scenario_end(request: AccessRequest, number: int, pk: int) -> HttpResponse:
    day = _day(request, number)
    attempt(
        request,
        lambda: live.end_scenario(caller=request.caller, number=day.pk, scenario_id=pk, now=timezone.now()),
        words="",
    )
    return room_of(day)


@require_POST
def scenario_skip(request: AccessRequest, number: int, pk: int) -> HttpResponse:
    day = _day(request, number)
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:REASON_MAX]
    attempt(
        request,
        lambda: live.skip_scenario(
            caller=request.caller, number=day.pk, scenario_id=pk, reason=reason, now=timezone.now()
        ),
        words="",
    )
    return room_of(day)


@require_POST
def finish(request: AccessRequest, number: int) -> HttpResponse:
    day = _day(request, number)
    is_over = attempt(
        request,
        lambda: live.finish(caller=request.caller, number=day.pk, now=timezone.now()),
        words="The live part is over. Now write down what it showed, while everybody remembers.",
    )
    return redirect("game-day-wrap-up", day.pk) if is_over else room_of(day)


@require_POST
def observe(request: AccessRequest, number: int) -> HttpResponse:
    """With mistakes the composer comes back with what was typed; htmx gets the composer alone."""
    day = _day(request, number)
    scenarios = scenarios_of(game_day=day)
    form = ObservationForm(request.POST, scenarios=scenarios)
    is_htmx = bool(request.htmx)  # type: ignore[attr-defined]  # django-htmx sets it
    now = timezone.now()
    if form.is_valid():
        data = form.cleaned_data
        try:
            observations.record(
                caller=request.caller,
                number=day.pk,
                kind=ObservationKind(data["kind"]),
                text=data["text"],
                scenario_id=data["scenario"] or under_way(scenarios, at=data["at"] or now),
                by_name=data["by_name"],
                at=data["at"],
                now=now,
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            if not is_htmx:
                return room_of(day, "log")
            fresh = ObservationForm(scenarios=scenarios, initial={"kind": data["kind"]})
            return trigger_client_event(_composer(request, day, fresh), "room-changed")
    if is_htmx:
        return _composer(request, day, form, status=422)
    return whole_room(request, day, form)


def under_way(scenarios: Sequence[Scenario], *, at: datetime) -> int | None:
    """The scenario that ran at that instant; None between two."""
    for one in scenarios:
        if one.began_at is not None and one.began_at <= at and (one.ended_at is None or at < one.ended_at):
            return one.pk
    return None


def _composer(request: AccessRequest, day: GameDay, form: ObservationForm, status: int = 200) -> HttpResponse:
    context = {"day": day, "may_respond": True, "observation_form": form}
    return render(request, "gamedays/_composer.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def observation_edit(request: AccessRequest, number: int, seen: int) -> HttpResponse:
    """Save, or with `act=retract` take it back. What was said before stays in its history."""
    day = _day(request, number)
    found = next((one for one in observations_of(game_day=day) if one.number == seen), None)
    if found is None:
        raise NotFound("there is no such observation in this game day")
    names = ("kind", "text", "by_name", "at", "revision")
    form = ObservationEditForm(
        request.POST if request.method == "POST" else None, initial={name: getattr(found, name) for name in names}
    )
    back = "game-day-room" if day.state == State.LIVE else "game-day-record"
    try:
        if request.method == "POST" and request.POST.get("act") == "retract":
            observations.retract(caller=request.caller, number=day.pk, observation_number=seen, now=timezone.now())
            return redirect(reverse(back, args=[day.pk]) + "#log")
        if form.is_valid():
            data = form.cleaned_data
            observations.edit(
                caller=request.caller,
                number=day.pk,
                observation_number=seen,
                kind=ObservationKind(data["kind"]),
                text=data["text"],
                by_name=data["by_name"],
                at=data["at"],
                expected_revision=data["revision"],
                now=timezone.now(),
            )
            return redirect(reverse(back, args=[day.pk]) + "#log")
    except (Invalid, Conflict) as problem:
        form.is_valid()
        show_refusal(form, problem)
    context = {"tabs": tabs_for(request), "day": day, "observation": found, "form": form}
    return render(request, "gamedays/observation_form.html", context, status=422 if form.errors else 200)
