"""The next firings of a schedule, also of one that is not stored yet, with what would keep each from starting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from chaos.experiments.models import Experiment
from chaos.experiments.selectors.experiments import newest_version
from chaos.experiments.selectors.jobs import targets_of
from chaos.runs.domain.states import Mode
from chaos.schedules.domain.policies import Outside
from chaos.schedules.domain.timing import Timing
from chaos.schedules.selectors.blackouts import BlackoutTime, times_within
from reliability.catalog.models import Service
from reliability.kit.cron import local_words
from reliability.kit.periods import Period

FIRINGS_SHOWN = 10
_BLACKOUTS_MAX = 500


@dataclass(frozen=True, slots=True)
class Ahead:
    """local: on the clocks of the zone. starts_at: None when no window lets it start. objections: in words."""

    at: datetime
    local: str
    starts_at: datetime | None
    starts_local: str
    objections: tuple[str, ...]


def next_firings(
    *, timing: Timing, experiment: Experiment, mode: str, now: datetime, count: int = FIRINGS_SHOWN
) -> list[Ahead]:
    """Those after *now*, as it is known now: windows and blackouts. Its queries do not grow with *count*.

    What is open or burns at the moment says nothing about next week: the guards ask for that at each start.
    """
    due: list[datetime] = []
    at = timing.next_due(after=now)
    while at is not None and len(due) < count:
        due.append(at)
        at = timing.next_due(after=at)
    starts = {at: timing.starts_at(at) for at in due}
    known = [at for at in starts.values() if at is not None]
    blackouts = _blackouts(experiment, known) if mode == Mode.REAL and known else []
    return [_ahead(timing, experiment, at, starts[at], blackouts) for at in due]


def _ahead(
    timing: Timing, experiment: Experiment, at: datetime, starts_at: datetime | None, blackouts: list[BlackoutTime]
) -> Ahead:
    zone = timing.zone_name
    objections = ["the experiment is archived"] if experiment.is_archived else []
    if starts_at is None:
        objections.append(_outside(timing))
    else:
        holding = [one for one in blackouts if one.period.contains(starts_at)]
        objections += [f"the blackout “{one.title}” holds until {one.period.end:%Y-%m-%d %H:%M} UTC" for one in holding]
    return Ahead(
        at=at,
        local=local_words(at, zone_name=zone),
        starts_at=starts_at,
        starts_local=local_words(starts_at, zone_name=zone) if starts_at is not None and starts_at != at else "",
        objections=tuple(objections),
    )


def _outside(timing: Timing) -> str:
    if timing.outside is Outside.WAIT:
        return "no window opens before its last day is over"
    return "outside of its windows: it will be left out"


def _blackouts(experiment: Experiment, starts: list[datetime]) -> list[BlackoutTime]:
    """Those of its team, and of its service and those of its targets, that touch these starts."""
    targets = targets_of(version=newest_version(experiment=experiment))
    named = (experiment.service_id, *(target.service_id for target in targets))
    ids = {service_id for service_id in named if service_id is not None}
    services = dict(Service.objects.filter(pk__in=ids).order_by().values_list("pk", "team_id"))
    period = Period(min(starts), max(starts) + timedelta(microseconds=1))
    team_ids = {experiment.team_id, *services.values()}
    found = times_within(team_ids=team_ids, period=period, most=_BLACKOUTS_MAX)
    return [one for one in found if not one.service_ids or one.service_ids & services.keys()]
