"""What users feel on a game day: the strip of objectives, and burn rates with each fault hatched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from chaos.gamedays.charts.day import DayCurve, Mark, Shade, burn_of_day
from chaos.gamedays.domain.states import ObservationKind
from chaos.gamedays.models import GameDay, Observation, Scenario
from chaos.runs.selectors.spending import fault_period
from chaos.runs.views.pictures import Objective, Strip
from reliability.access.domain.caller import Caller
from reliability.kit.durations import humanize_duration
from reliability.kit.instants import MINUTE, floor_minute, from_minute
from reliability.kit.periods import Period
from reliability.web.charts import Chart
from slo.domain.burn import burn_rate
from slo.domain.minutes import sound
from slo.models import Slo
from slo.selectors.series import read_minutes
from slo.selectors.terms import terms_of

CHARTS_MAX = 3
STRIP_MAX = 8
MARKS_MAX = 200
MARK_TEXT_MAX = 80
_AROUND = timedelta(minutes=10)
_POINTS_MAX = 720
_LEAST = timedelta(seconds=15)  # a fault of a second would be a line that nobody sees


def slos_of(scenarios: Sequence[Scenario], *, caller: Caller) -> list[Slo]:
    """Objectives of the services that are tried, and those that runs of the day watched, as the caller may see them."""
    services = {_service_id(one) for one in scenarios} - {None}
    watched = {slo_id for one in scenarios if one.run is not None for slo_id in one.run.watched_slo_ids}
    if not services and not watched:
        return []
    found = Slo.objects.readable_by(caller).filter(Q(service_id__in=services) | Q(pk__in=watched))
    return list(found.select_related("status").order_by("name", "pk")[:STRIP_MAX])


def _service_id(scenario: Scenario) -> int | None:
    if scenario.service_id is not None:
        return scenario.service_id
    return scenario.experiment.service_id if scenario.experiment is not None else None


def strip_of(slos: Sequence[Slo]) -> Strip:
    """As last evaluated. No query: `slos_of` brings what it needs."""
    evaluated = [slo.status.evaluated_at for slo in slos if hasattr(slo, "status")]
    return Strip([_now(slo) for slo in slos], min(evaluated, default=None))


def _now(slo: Slo) -> Objective:
    status = getattr(slo, "status", None)
    if status is None:
        return Objective(slo, "no_data", None, None, None)
    return Objective(slo, status.state, status.burn_rates.get("5m"), status.remaining, None)


def charts_of(
    day: GameDay,
    *,
    scenarios: Sequence[Scenario],
    observations: Sequence[Observation],
    slos: Sequence[Slo],
    now: datetime,
) -> list[Chart]:
    """One for each of the first objectives, from shortly before it began until shortly after it ended."""
    if day.started_at is None or not slos:
        return []
    shown = list(slos[:CHARTS_MAX])
    end = min(now, (day.ended_at or now) + _AROUND)
    period = Period(floor_minute(day.started_at - _AROUND), floor_minute(end) + MINUTE)
    step = -(-period.minutes // _POINTS_MAX)
    shades = [shade for one in scenarios if (shade := _shade(one, now=now)) is not None]
    marks = [_mark(one) for one in observations if _is_marked(one)][:MARKS_MAX]
    steps = humanize_duration(step * MINUTE)
    note = f"In steps of {steps}. Hatched: faults. Triangles: what people saw. Gaps: not measured."
    charts = []
    for terms in terms_of(slos=shown, at=period.end):
        clean = sound(read_minutes(sli_id=terms.sli_id, period=period)).series
        instants, rates = [], []
        for start in range(0, clean.minutes, step):
            good, valid = float(clean.good[start : start + step].sum()), float(clean.valid[start : start + step].sum())
            instants.append(from_minute(clean.start_minute + start))
            rates.append(burn_rate(good=good, valid=valid, objective=terms.definition.objective))
        curve = DayCurve(str(terms.slo.pk), terms.slo.title, instants, rates)
        charts.append(burn_of_day(curve, period=period, shades=shades, marks=marks, note=note))
    return charts


def _shade(scenario: Scenario, *, now: datetime) -> Shade | None:
    """The fault of its run; of one by hand the whole of it."""
    if scenario.run is not None:
        fault = fault_period(run=scenario.run, now=now)
    elif scenario.experiment_id is None and scenario.began_at is not None:
        fault = Period(scenario.began_at, max(scenario.ended_at or now, scenario.began_at))
    else:
        fault = None
    if fault is None:
        return None
    shown = fault if fault.length >= _LEAST else Period(fault.start, fault.start + _LEAST)
    return Shade(scenario.position, scenario.title, shown)


def _is_marked(observation: Observation) -> bool:
    return observation.retracted_at is None and observation.kind != ObservationKind.NOTE


def _mark(observation: Observation) -> Mark:
    kind = ObservationKind(observation.kind).words.capitalize()
    return Mark(observation.at, f"{kind}, {observation.by_name}: {observation.text[:MARK_TEXT_MAX]}")
