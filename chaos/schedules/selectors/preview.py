"""The next firings of a schedule, also of one that is not stored yet, with what would keep each from starting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chaos.experiments.models import Experiment
from chaos.runs.blockers import sources
from chaos.runs.domain.states import Mode
from chaos.runs.models import Run
from chaos.schedules.domain.policies import Outside
from chaos.schedules.domain.timing import Timing
from reliability.kit.cron import local_words

FIRINGS_SHOWN = 10
# Blockers that are known ahead; what is open at the moment says nothing about next week.
_KNOWN_AHEAD = ("blackout",)


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
    """Those after *now*, as it is known now."""
    found: list[Ahead] = []
    at = timing.next_due(after=now)
    while at is not None and len(found) < count:
        found.append(_ahead(timing, experiment, mode, at))
        at = timing.next_due(after=at)
    return found


def _ahead(timing: Timing, experiment: Experiment, mode: str, at: datetime) -> Ahead:
    starts_at = timing.starts_at(at)
    objections = [] if starts_at is not None else [_outside(timing)]
    if experiment.is_archived:
        objections.append("the experiment is archived")
    if starts_at is not None and mode == Mode.REAL:
        objections += _blocked(experiment, starts_at)
    zone = timing.zone_name
    return Ahead(
        at=at,
        local=local_words(at, zone_name=zone),
        starts_at=starts_at,
        starts_local="" if starts_at in (None, at) else local_words(starts_at or at, zone_name=zone),
        objections=tuple(objections),
    )


def _outside(timing: Timing) -> str:
    if timing.outside is Outside.WAIT:
        return "no window opens before its last day is over"
    return "outside of its windows: it will be left out"


def _blocked(experiment: Experiment, at: datetime) -> list[str]:
    """Asked with a run that nobody asked for."""
    run = Run(
        team_id=experiment.team_id,
        experiment=experiment,
        service_id=experiment.service_id,
        mode=Mode.REAL.value,
        requested_at=at,
        not_before=at,
        not_after=at,
    )
    known = [sources()[name] for name in _KNOWN_AHEAD if name in sources()]
    return [blocker.reason for source in known for blocker in source.find(run=run, at=at)]
