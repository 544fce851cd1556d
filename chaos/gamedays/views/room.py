"""The live room: what is under way, who noticed what when, and the red button."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseStopPolling

from chaos.experiments.tabs import tabs_for
from chaos.gamedays.domain.states import PLANNING, ScenarioState, State
from chaos.gamedays.forms.observation import ObservationForm
from chaos.gamedays.models import GameDay, Observation, Scenario
from chaos.gamedays.selectors import game_days as selectors
from chaos.gamedays.selectors.room import Detection, Room
from chaos.gamedays.selectors.room import room as get_room
from chaos.gamedays.views.answers import page_of_day
from chaos.gamedays.views.pictures import charts_of, slos_of, strip_of
from chaos.gamedays.views.rows import row_of, seconds_between
from chaos.runs.models import Run
from chaos.runs.selectors.runs import run as get_run
from chaos.runs.selectors.watching import watched
from chaos.runs.views.looks import badge_of, is_fault_in_place
from chaos.runs.views.looks import row_of as run_row_of
from chaos.runs.views.run import proof_of
from reliability.access.domain.caller import Caller, Role
from reliability.access.requests import AccessRequest

LOG_SHOWN = 100
RUN_LINES = 6
_ICONS = {
    "noticed": ("search", "info"),
    "acted": ("play", "busy"),
    "surprised": ("warning", "warn"),
    "fault_found": ("bolt", "bad"),
    "note": ("comment", "none"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A scenario in the stepper. tone: of its mark; run_badge: a slug of reliability.web.states, or blank."""

    scenario: Scenario
    tone: str
    icon: str
    detection: Detection | None
    run_badge: str
    is_next: bool


@dataclass(frozen=True, slots=True)
class Line:
    """An observation in the log. is_late: written down long after it happened; after_seconds: since the fault."""

    one: Observation
    icon: str
    tone: str
    is_late: bool
    after_seconds: float | None


@require_safe
def room_page(request: AccessRequest, number: int) -> HttpResponse:
    """The whole page; `?part=live` what moves, each two seconds, `?part=steps` the stepper, `?part=charts` charts."""
    day = selectors.game_day(caller=request.caller, number=number)
    if day.state in PLANNING or day.state == State.CANCELLED:
        return page_of_day(day)
    part = request.GET.get("part", "")
    if part not in ("live", "steps", "charts"):
        return whole_room(request, day)
    now = timezone.now()
    room = get_room(game_day=day, now=now)
    if part == "charts":
        return render(request, "gamedays/_charts.html", {"charts": _charts(room, caller=request.caller, now=now)})
    html = f"gamedays/_{part}.html"
    builds = _live if part == "live" else _steps
    context = {"day": day, "row": row_of(day), **builds(room, caller=request.caller, now=now)}
    response = render(request, html, context)
    return response if day.state == State.LIVE else HttpResponseStopPolling(response.content)


def whole_room(request: AccessRequest, day: GameDay, form: ObservationForm | None = None) -> HttpResponse:
    now = timezone.now()
    room = get_room(game_day=day, now=now)
    context: dict[str, Any] = {
        "tabs": tabs_for(request),
        "day": day,
        "row": row_of(day),
        "roles": selectors.roles_of(game_day=day),
        "observation_form": form or ObservationForm(scenarios=room.scenarios),
        "charts": _charts(room, caller=request.caller, now=now),
        "parts": _addresses(request, day),
        **_live(room, caller=request.caller, now=now),
        **_steps(room, caller=request.caller, now=now),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "gamedays/room.html", context, status=status)


def _live(room: Room, *, caller: Caller, now: datetime) -> dict[str, Any]:
    """The scenario under way with its run, the strip, the log."""
    lines = lines_of(room.observations, detections=room.detections)
    return {
        "may_respond": caller.may(room.game_day.team_id, Role.RESPONDER),
        "is_live": room.game_day.state == State.LIVE,
        "is_stopped": room.is_stopped,
        "current": room.current,
        "upcoming": room.upcoming,
        "detection": room.detections.get(room.current.pk) if room.current else None,
        "elapsed": _elapsed(room.current, room, now=now),
        "strip": strip_of(slos_of(room.scenarios, caller=caller)),
        "lines": lines[:LOG_SHOWN],
        "left_out": max(len(lines) - LOG_SHOWN, 0),
        **_run(room.current, caller=caller, now=now),
    }


def _run(scenario: Scenario | None, *, caller: Caller, now: datetime) -> dict[str, Any]:
    """Of the run of the scenario under way; six queries more while there is one."""
    if scenario is None or scenario.run_id is None:
        return {"run": None}
    run: Run = get_run(caller=caller, run_id=scenario.run_id)
    seen = watched(run=run)
    return {
        "run": run,
        "run_row": run_row_of(run, caller=caller, now=now),
        "is_fault_in_place": is_fault_in_place(run),
        "proof": proof_of(run, seen),
        "run_lines": seen.log[:RUN_LINES],
    }


def _elapsed(scenario: Scenario | None, room: Room, *, now: datetime) -> float | None:
    """Seconds since the fault of the scenario under way, while nobody has noticed it."""
    found = room.detections.get(scenario.pk) if scenario else None
    if found is None or found.first_seconds is not None:
        return None
    return seconds_between(found.fault_at, now)


def _steps(room: Room, *, caller: Caller, now: datetime) -> dict[str, Any]:
    return {
        "may_respond": caller.may(room.game_day.team_id, Role.RESPONDER),
        "is_live": room.game_day.state == State.LIVE,
        "current": room.current,
        "steps": steps_of(room),
        "is_over": room.current is None and room.upcoming is None,
    }


def steps_of(room: Room) -> list[Step]:
    upcoming = room.upcoming.pk if room.upcoming is not None and room.current is None else None
    return [
        Step(
            scenario=one,
            tone=_LOOKS[ScenarioState(one.state)][0],
            icon=_LOOKS[ScenarioState(one.state)][1],
            detection=room.detections.get(one.pk),
            run_badge=badge_of(one.run) if one.run is not None else "",
            is_next=one.pk == upcoming,
        )
        for one in room.scenarios
    ]


_LOOKS = {
    ScenarioState.WAITING: ("none", "dot"),
    ScenarioState.RUNNING: ("busy", "play"),
    ScenarioState.ENDED: ("good", "check"),
    ScenarioState.SKIPPED: ("none", "minus"),
}


def lines_of(observations: list[Observation], *, detections: dict[int, Detection]) -> list[Line]:
    """The newest first."""
    return [_line(one, detections) for one in reversed(observations)]


def _line(one: Observation, detections: dict[int, Detection]) -> Line:
    icon, tone = _ICONS.get(one.kind, ("comment", "none"))
    found = detections.get(one.scenario_id) if one.scenario_id is not None else None
    fault_at = found.fault_at if found is not None else None
    after = seconds_between(fault_at, one.at) if fault_at is not None and one.at >= fault_at else None
    return Line(one, icon, tone, (one.recorded_at - one.at).total_seconds() > 60, after)


def _charts(room: Room, *, caller: Caller, now: datetime) -> list[Any]:
    slos = slos_of(room.scenarios, caller=caller)
    return charts_of(room.game_day, scenarios=room.scenarios, observations=room.observations, slos=slos, now=now)


def _addresses(request: AccessRequest, day: GameDay) -> dict[str, str]:
    """Where the parts come from, in the zone of the page."""
    zone = request.GET.get("tz", "")
    suffix = f"&tz={zone}" if zone.replace("/", "").replace("_", "").replace("-", "").isalnum() else ""
    here = reverse("game-day-room", args=[day.pk])
    return {name: f"{here}?part={name}{suffix}" for name in ("live", "steps", "charts")}
