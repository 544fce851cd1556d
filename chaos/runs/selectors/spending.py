"""What a run did to the objectives that watch over it: budget spent in its time, and series around it for charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chaos.runs.domain.readings import Burned, spent_share
from chaos.runs.models import Run
from chaos.runs.selectors.guards import burned_between, watched_slos
from reliability.kit.instants import MINUTE, floor_minute, from_minute, to_minute
from reliability.kit.periods import Period
from slo.domain.burn import burn_rate
from slo.domain.minutes import sound
from slo.models import Slo
from slo.selectors.series import read_minutes
from slo.selectors.terms import terms_of

_AROUND = timedelta(minutes=30)
_POINTS_MAX = 720


@dataclass(frozen=True, slots=True)
class SloSpent:
    """An objective in the time of the fault. spent: share of its whole budget, None when nothing was measured."""

    slo: Slo
    burned: Burned
    spent: float | None

    def as_values(self) -> dict[str, object]:
        return {
            "slo_id": self.slo.pk,
            "slo": self.slo.name,
            "spent": self.spent,
            "burn": self.burned.burn,
            "bad": self.burned.bad,
            "valid": self.burned.valid,
            "minutes": self.burned.minutes,
            "covered": self.burned.covered,
        }


@dataclass(frozen=True, slots=True)
class Point:
    """One stretch of a series, from its start on. None where nothing was measured."""

    at: datetime
    sli: float | None
    burn: float | None


@dataclass(frozen=True, slots=True)
class SloSeries:
    """An objective around a run. objective: a share; step: how long each point is. fault: shaded on charts."""

    slo: Slo
    objective: float
    step: timedelta
    points: tuple[Point, ...]
    fault: Period | None


def fault_period(*, run: Run, now: datetime) -> Period | None:
    """From the first fault until it was steady again, or gone, or now; None when there was no fault."""
    if run.fault_began_at is None:
        return None
    ends = [one for one in (run.fault_ended_at, run.steady_again_at) if one is not None]
    end = max(ends) if ends else (run.ended_at or now)
    return Period(run.fault_began_at, max(end, run.fault_began_at))


def spent_by(*, run: Run, now: datetime) -> list[SloSpent]:
    """Of each watched objective, by name: minutes that the fault touched, whole. Empty without a fault."""
    period = fault_period(run=run, now=now)
    slos = watched_slos(runs=[run])[run.pk]
    if period is None or not slos:
        return []
    terms = terms_of(slos=slos, at=period.end)
    start, end = to_minute(period.start), to_minute(period.end - timedelta(microseconds=1)) + 1
    found = burned_between(terms=terms, windows=[((start, max(end, start + 1)),)] * len(terms))
    return [
        SloSpent(
            slo=one.slo,
            burned=burned,
            spent=spent_share(burned=burned, window_minutes=one.definition.window.period_at(period.end).minutes),
        )
        for one, (burned,) in zip(terms, found, strict=True)
    ]


def series_around(*, run: Run, slos: Sequence[Slo] | None = None, now: datetime) -> list[SloSeries]:
    """SLI and burn of each watched objective from half an hour before the run to half an hour after it.

    A point is a minute, or as many whole ones as keep within 720 points. slos: those the reader may see; else all that
    are watched. Two statements, and one for each objective.
    """
    known = watched_slos(runs=[run])[run.pk] if slos is None else list(slos)
    if not known:
        return []
    began = run.started_at or run.not_before
    period = Period(floor_minute(began - _AROUND), floor_minute(min(now, (run.ended_at or now) + _AROUND)) + MINUTE)
    step = -(-period.minutes // _POINTS_MAX)
    fault = fault_period(run=run, now=now)
    found = []
    for one in terms_of(slos=known, at=period.end):
        objective = one.definition.objective
        clean = sound(read_minutes(sli_id=one.sli_id, period=period)).series
        points = []
        for start in range(0, clean.minutes, step):
            good, valid = float(clean.good[start : start + step].sum()), float(clean.valid[start : start + step].sum())
            rate = burn_rate(good=good, valid=valid, objective=objective)
            points.append(Point(from_minute(clean.start_minute + start), good / valid if valid else None, rate))
        found.append(SloSeries(one.slo, float(objective), step * MINUTE, tuple(points), fault))
    return found
