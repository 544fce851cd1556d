"""If this fired at this moment, who is told when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from incidents.paging.domain.escalation import MoveKind
from incidents.paging.domain.urgency import Urgency
from incidents.paging.forms.simulation import SimulationForm
from incidents.paging.selectors import policies as selectors
from incidents.paging.selectors.simulation import Simulation, Stage, Told, simulate
from incidents.paging.selectors.simulation_warnings import warnings_of
from reliability.access.requests import AccessRequest
from reliability.kit.instants import floor_minute


@dataclass(frozen=True, slots=True)
class PersonTold:
    """All that one person or channel is told by one step."""

    who: str
    why: str
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class StageRow:
    """heading: "Step 1", "Step 1, pass 2", "Last resort" or "Everything was tried"; after: since the beginning."""

    stage: Stage
    heading: str
    after: timedelta
    people: tuple[PersonTold, ...]


@require_safe
def policy_simulate(request: AccessRequest, slug: str) -> HttpResponse:
    policy = selectors.policy(caller=request.caller, slug=slug)
    now = timezone.now()
    form = SimulationForm(request.GET)
    context = {"policy": policy, "form": form, "now": now}
    if form.is_valid():
        at = form.cleaned_data["at"] or floor_minute(now)
        ack = form.cleaned_data["ack"]
        found = simulate(
            caller=request.caller,
            policy=policy,
            at=at,
            urgency=Urgency(form.cleaned_data["urgency"] or Urgency.URGENT),
            acknowledged_after=None if ack is None else timedelta(minutes=ack),
        )
        form.initial = {"at": at, "urgency": found.urgency.value, "ack": ack}
        context |= {
            "form": SimulationForm(initial=form.initial),
            "simulation": found,
            "rows": rows_of(found),
            "lapse": _row(found.lapse, found.at) if found.lapse else None,
            "warnings": warnings_of(caller=request.caller, policy=policy, now=now),
        }
    template = "paging/_simulation.html" if request.htmx else "paging/simulation.html"  # type: ignore[attr-defined]  # django-htmx sets it
    return render(request, template, context, status=422 if form.errors else 200)


def rows_of(simulation: Simulation) -> list[StageRow]:
    return [_row(stage, simulation.at) for stage in simulation.stages]


def _row(stage: Stage, begin: datetime) -> StageRow:
    return StageRow(stage, _heading(stage), stage.move.at - begin, tuple(_people(stage.told)))


def _people(told: Iterable[Told]) -> Iterable[PersonTold]:
    """In the order of whom the step tells first."""
    in_order = sorted(told, key=lambda one: (one.who, one.why, one.at))
    found = [
        PersonTold(who, why, tuple(group))
        for (who, why), group in groupby(in_order, key=lambda one: (one.who, one.why))
    ]
    return sorted(found, key=lambda person: person.told[0].at)


def _heading(stage: Stage) -> str:
    move = stage.move
    if move.kind is MoveKind.EXHAUSTED:
        return "Everything was tried"
    if move.kind is MoveKind.LAST_RESORT:
        return "Last resort"
    return f"Step {move.step + 1}" + (f", pass {move.pass_number + 1}" if move.pass_number else "")
