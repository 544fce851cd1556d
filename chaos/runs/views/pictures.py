"""What users feel of a run: the strip of objectives, and the charts around the fault."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from chaos.runs.charts.objectives import Curve, burn_chart, sli_chart
from chaos.runs.domain.readings import burn_limit
from chaos.runs.domain.states import Mode
from chaos.runs.models import Run
from chaos.runs.selectors.runs import slos_of
from chaos.runs.selectors.spending import SloSeries, series_around
from chaos.runs.services.policies import in_force
from reliability.access.domain.caller import Caller
from reliability.kit.durations import humanize_duration
from reliability.kit.periods import Period
from reliability.web.charts import Chart
from reliability.web.words import decimal_of, percent_text
from slo.models import Slo

SLOS_MAX = 3
_MINUTE = timedelta(minutes=1)
_AROUND_LEAST = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Objective:
    """One watched objective now, and what of its budget the run spent (known at its end)."""

    slo: Slo
    state: str
    burn_5m: float | None
    remaining: float | None
    spent: float | None

    @property
    def is_burning(self) -> bool:
        return (self.burn_5m or 0) > 1


@dataclass(frozen=True, slots=True)
class Strip:
    objectives: list[Objective]
    as_of: datetime | None


def strip_of(*, run: Run, caller: Caller) -> Strip:
    """One query: those that the caller may see, as last evaluated."""
    slos = list(slos_of(caller=caller, run=run).select_related("status"))
    spent = {one["slo_id"]: one["spent"] for one in run.figures.get("slos") or ()}
    found = [_objective(slo, spent.get(slo.pk)) for slo in slos]
    evaluated = [slo.status.evaluated_at for slo in slos if hasattr(slo, "status")]
    return Strip(found, min(evaluated, default=None))


def charts_of(*, run: Run, caller: Caller, now: datetime) -> list[tuple[Chart, Chart]]:
    """Burn rate and SLI of each of the first watched objectives; nothing before it began, and of dry runs."""
    if run.started_at is None or run.mode == Mode.DRY:
        return []
    slos = list(slos_of(caller=caller, run=run)[:SLOS_MAX])
    if not slos:
        return []
    policy = in_force(team_id=run.team_id, service_id=run.service_id).policy
    during = Period(run.started_at, max(run.ended_at or now, run.started_at))
    return [
        _charts(one, during, burn_limit(wanted=policy.stop_burn_rate, allowed_bad=1 - one.objective))
        for one in series_around(run=run, slos=slos, now=now)
        if one.points
    ]


def _charts(series: SloSeries, during: Period, stop_burn: float) -> tuple[Chart, Chart]:
    points = [one for one in series.points if _is_near(one.at, during)] or series.points
    period = Period(points[0].at, points[-1].at + series.step)
    curve = Curve(
        slug=str(series.slo.pk),
        title=series.slo.title,
        objective=series.objective,
        objective_text=percent_text(decimal_of(round(series.objective * 100, 6))),
        instants=[one.at for one in points],
        rates=[one.burn for one in points],
        slis=[one.sli for one in points],
        stop_burn=stop_burn,
    )
    steps = humanize_duration(series.step)
    gone = "" if series.fault is None else " Hatched: the fault."
    note = f"In steps of {steps}.{gone} Dotted: from the start to the end of the run. Gaps: not measured."
    fault = None if series.fault is None else _widened(series.fault)
    return (
        burn_chart(curve, period=period, fault=fault, run=during, note=note),
        sli_chart(curve, period=period, fault=fault, run=during, note=note),
    )


def _is_near(at: datetime, during: Period) -> bool:
    """As far around the run as it lasts itself: further away what it did could not be seen."""
    around = max(_AROUND_LEAST, during.length)
    return during.start - around <= at <= during.end + around


def _widened(fault: Period) -> Period:
    """A fault of a second would be a line that nobody sees."""
    return fault if fault.length >= _MINUTE / 4 else Period(fault.start, fault.start + _MINUTE / 4)


def _objective(slo: Slo, spent: float | None) -> Objective:
    status = getattr(slo, "status", None)
    if status is None:
        return Objective(slo, "no_data", None, None, spent)
    return Objective(slo, status.state, status.burn_rates.get("5m"), status.remaining, spent)
