"""The first page of chaos: what runs now, what comes, what came of it, and the red button."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chaos.experiments.selectors.experiments import list_experiments
from chaos.experiments.tabs import tabs_for
from chaos.runs.domain.guards_before import AGENT_SEEN_WITHIN
from chaos.runs.domain.states import LEASED, State
from chaos.runs.models import Agent, Run
from chaos.runs.selectors.global_stop import in_force
from chaos.runs.selectors.resilience import ServiceResilience, resilience_of
from chaos.runs.selectors.runs import RunFilters, list_runs, open_runs
from chaos.runs.views.looks import RunRow, rows_of
from chaos.runs.views.stops import may_lift, may_stop_all
from reliability.access.domain.caller import Caller, Role
from reliability.access.requests import AccessRequest
from reliability.catalog.models import Service

RUNS_MAX = 20
COMING_MAX = 10
ENDED_MAX = 10
SERVICES_MAX = 12
AGENTS_MAX = 20


@require_safe
def chaos_home(request: AccessRequest) -> HttpResponse:
    """The whole page, or `?part=now` what moves."""
    now = timezone.now()
    if request.GET.get("part") == "now":
        return render(request, "runs/_now.html", _now(request, now))
    scores = _resilience(request.caller, now)
    context = {
        **_now(request, now),
        "tabs": tabs_for(request),
        "scores": scores,
        "has_experiments": bool(scores) or list_experiments(caller=request.caller).exists(),
        "agents": _agents(now),
    }
    return render(request, "runs/home.html", context)


def _now(request: AccessRequest, now: datetime) -> dict[str, Any]:
    caller = request.caller
    waiting_or_running = list(open_runs(caller=caller)[: RUNS_MAX + COMING_MAX])
    running = [run for run in waiting_or_running if State(run.state) in LEASED or run.state == State.READY]
    coming = [run for run in waiting_or_running if run.state == State.WAITING]
    ended = list_runs(caller=caller, filters=RunFilters(states=(State.ENDED,)))[:ENDED_MAX]
    stop = in_force()
    return {
        "running": [(row, _may_stop(caller, row)) for row in rows_of(running, caller=caller, now=now)],
        "coming": rows_of(coming[:COMING_MAX], caller=caller, now=now),
        "ended": rows_of(ended, caller=caller, now=now),
        "stop": stop,
        "may_stop_all": may_stop_all(caller=caller),
        "may_lift": stop is not None and may_lift(caller=caller, stop=stop),
    }


def _may_stop(caller: Caller, row: RunRow) -> bool:
    return row.run.stop_requested_at is None and caller.may(row.run.team_id, Role.RESPONDER)


def _resilience(caller: Caller, now: datetime) -> Sequence[ServiceResilience]:
    """Services that anything was tried on, the weakest first."""
    tried = Run.objects.readable_by(caller).filter(score__isnull=False).order_by().values("service_id")
    services = list(Service.objects.readable_by(caller).filter(pk__in=tried).order_by("title", "pk"))
    found = [one for one in resilience_of(caller=caller, services=services, now=now) if one.found.score is not None]
    return sorted(found, key=lambda one: (one.found.score or 0.0, one.service.title))[:SERVICES_MAX]


def _agents(now: datetime) -> list[tuple[Agent, bool]]:
    """Processes that take runs, and whether each was seen lately."""
    rows = Agent.objects.filter(seen_at__gt=now - timedelta(hours=1)).order_by("name", "-seen_at", "pk")
    return [(one, now - one.seen_at <= AGENT_SEEN_WITHIN) for one in rows[:AGENTS_MAX]]
