"""What users feel: the impacted objectives with their burn of this minute, and the chart around the incident."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.response.charts.burn import BurnLine, Flag, burn_chart
from incidents.response.domain.phases import OPEN
from incidents.response.models import ImpactedService, ImpactedSlo, Incident
from incidents.response.views.suspects import changes_between
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.catalog.models import Service
from reliability.kit.durations import humanize_duration
from reliability.kit.instants import floor_minute
from reliability.kit.periods import Period
from reliability.web.charts import Chart
from slo.models import Slo, SloStatus
from slo.selectors.history import history_of, step_for

LINES_MAX = 4
BEFORE_LEAST = timedelta(hours=1)
AFTER = timedelta(minutes=30)
LONGEST = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ObjectiveView:
    slo: Slo
    state: str
    burn_5m: float | None
    burn_1h: float | None
    remaining: float | None

    @property
    def is_burning(self) -> bool:
        return (self.burn_5m or 0) > 1


@dataclass(frozen=True, slots=True)
class Impact:
    """hidden: objectives of teams that the caller may not see. as_of: the oldest evaluation among those shown."""

    objectives: Sequence[ObjectiveView]
    services: Sequence[Service]
    hidden: int
    as_of: datetime | None
    chart: Chart | None


def impact_of(incident: Incident, *, caller: Caller, now: datetime) -> Impact:
    slos, hidden = impacted_slos(incident, caller=caller)
    services = impacted_services(incident, caller=caller)
    views = [_objective(slo) for slo in slos]
    evaluated = [slo.status.evaluated_at for slo in slos if hasattr(slo, "status")]
    return Impact(
        objectives=views,
        services=services,
        hidden=hidden,
        as_of=min(evaluated, default=None),
        chart=chart_of(incident, slos=slos, services=services, caller=caller, now=now) if slos else None,
    )


def impacted_slos(incident: Incident, *, caller: Caller) -> tuple[list[Slo], int]:
    """Those the caller may see, with their status at hand, and how many others there are."""
    rows = ImpactedSlo.objects.filter(incident=incident).select_related("slo__status", "slo__service")
    found = [row.slo for row in rows.order_by("slo__title", "pk")]
    seen = [slo for slo in found if visible(caller=caller, related=slo) is not None]
    return seen, len(found) - len(seen)


def impacted_services(incident: Incident, *, caller: Caller) -> list[Service]:
    rows = ImpactedService.objects.filter(incident=incident).select_related("service")
    found = [visible(caller=caller, related=row.service) for row in rows.order_by("service__title", "pk")]
    return [service for service in found if service is not None]


def chart_of(
    incident: Incident, *, slos: Sequence[Slo], services: Sequence[Service], caller: Caller, now: datetime
) -> Chart:
    """Burn rates from before the incident until after it, a line for each of the first objectives."""
    during = _during(incident, now)
    period = _around(during, now)
    step = step_for(period=period)
    shown = slos[:LINES_MAX]
    instants: list[datetime] = []
    lines = []
    for slo in shown:
        points = history_of(slo=slo, period=period, step=step, now=now)
        instants = instants if len(instants) >= len(points) else [point.start for point in points]
        rates = {point.start: _rate(point.sli, float(point.objective)) for point in points}
        lines.append((slo.title, rates))
    changes = changes_between(
        services=[*services, *(slo.service for slo in shown if slo.service is not None)], period=period, caller=caller
    )
    left_out = f" The first {LINES_MAX} of {len(slos)} objectives." if len(slos) > LINES_MAX else ""
    return burn_chart(
        instants=instants,
        lines=[BurnLine(name, [rates.get(at) for at in instants]) for name, rates in lines],
        period=period,
        incident=during,
        flags=[Flag(change.at, change.title) for change in changes],
        note=f"In steps of {humanize_duration(step)}. Red: the incident; flags: changes; gaps: not measured.{left_out}",
    )


def _rate(sli: float | None, objective: float) -> float | None:
    return None if sli is None else (1 - sli) / (1 - objective)


def _during(incident: Incident, now: datetime) -> Period:
    end = now if incident.status in OPEN else incident.resolved_at or incident.closed_at or now
    return Period(incident.started_at, max(end, incident.started_at))


def _around(during: Period, now: datetime) -> Period:
    """As much before as it lasts (an hour at least), half an hour after it; a week at most."""
    end = floor_minute(min(now, during.end + AFTER))
    before = max(BEFORE_LEAST, min(during.length / 2, timedelta(hours=12)))
    start = max(floor_minute(during.start - before), end - LONGEST)
    return Period(min(start, end - timedelta(minutes=1)), end)


def _objective(slo: Slo) -> ObjectiveView:
    status: SloStatus | None = getattr(slo, "status", None)
    if status is None:
        return ObjectiveView(slo, "no_data", None, None, None)
    rates = status.burn_rates
    return ObjectiveView(slo, status.state, rates.get("5m"), rates.get("1h"), status.remaining)
