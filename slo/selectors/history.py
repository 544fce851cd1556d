"""An objective's SLI over time, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby

import numpy as np
from django.conf import settings

from reliability.kit.instants import EPOCH, MINUTE, floor_minute, to_minute
from reliability.kit.periods import Period
from reliability.web.errors import Invalid
from slo.domain import history
from slo.domain.budgeting import BudgetingMethod
from slo.domain.spans import spans_of
from slo.models import Slo
from slo.selectors.burndown import BurndownPoint, burndown_of
from slo.selectors.occurrences import totals_of_windows
from slo.selectors.series import kept_from, read_between
from slo.selectors.terms import Terms, dossier_of

__all__ = ["POINTS_MAX", "BurndownPoint", "HistoryPoint", "burndown_of", "history_of", "step_for"]

POINTS_MAX = 3_000
_READABLE_STEPS = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 360, 720, 1440, 2 * 1440, 7 * 1440, 28 * 1440)
)


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """One step [start, end) of the SLI. sli is None where nothing was measured. objective: in force at its start."""

    start: datetime
    end: datetime
    sli: float | None
    good: float
    valid: float
    coverage: float
    objective: Decimal


def history_of(
    *, slo: Slo, period: Period, step: timedelta, now: datetime, is_restated: bool = False
) -> list[HistoryPoint]:
    """The SLI in steps of *step* from the start of *period* (its minute) up to now; the last step may be shorter.

    Steps that end before minutes are kept are gaps. Each step is judged under the version in force at its start (the
    newest when *is_restated*).
    Raises Invalid when the step is no whole number of minutes, longer than minutes are kept, or gives more than
    POINTS_MAX points.
    """
    _check(period=period, step=step)
    shown = Period(floor_minute(period.start), max(floor_minute(period.start), floor_minute(min(period.end, now))))
    steps = [piece for piece in shown.split(step) if not piece.is_empty]
    dossier = dossier_of(slo=slo, period=shown)
    judged = [(dossier.at(piece.start, now=now, is_restated=is_restated), piece) for piece in steps]
    since = kept_from(now=now)
    points: list[HistoryPoint] = []
    for _, group in groupby(judged, key=lambda pair: pair[0].version_id):
        pairs = list(group)
        points += points_under(terms=pairs[0][0], steps=[piece for _, piece in pairs], since=since)
    return points


def points_under(*, terms: Terms, steps: list[Period], since: datetime = EPOCH) -> list[HistoryPoint]:
    """The SLI in consecutive *steps*, all judged under the same terms; those that end before *since* are gaps."""
    kept = [step for step in steps if step.end > since]
    objective = terms.definition.objective
    gaps = [HistoryPoint(step.start, step.end, None, 0.0, 0.0, 0.0, objective) for step in steps if step.end <= since]
    if not kept:
        return gaps
    is_summed = terms.definition.budgeting is BudgetingMethod.OCCURRENCES
    return gaps + (_of_events(terms, kept) if is_summed else _of_slices(terms, kept))


def step_for(*, period: Period, points: int = 300) -> timedelta:
    """A readable step (1, 5, 15, 30 minutes, 1, 2, 6, 12 hours, 1 day …) that gives at most *points* points."""
    return next((step for step in _READABLE_STEPS if period.length <= step * points), _READABLE_STEPS[-1])


def _check(*, period: Period, step: timedelta) -> None:
    if step < MINUTE or step % MINUTE:
        raise Invalid(details=[{"field": "step", "message": "must be a whole number of minutes, such as 5m or 1h"}])
    if step > timedelta(days=settings.SERIES_RETENTION_DAYS):
        kept = f"must not be longer than the series is kept: {settings.SERIES_RETENTION_DAYS}d"
        raise Invalid(details=[{"field": "step", "message": kept}])
    if period.start < EPOCH:
        raise Invalid(details=[{"field": "from", "message": "must not lie before 1970"}])
    count = -(-period.length // step)
    if count > POINTS_MAX:
        longer = f"gives {count} points, at most {POINTS_MAX} are answered: take a longer step or a shorter period"
        raise Invalid(details=[{"field": "step", "message": longer}])


def _of_events(terms: Terms, steps: list[Period]) -> list[HistoryPoint]:
    totals = totals_of_windows(
        sli_ids=np.array([terms.sli_id], dtype=np.int64),
        starts=np.array([[step.start_minute for step in steps]], dtype=np.int64),
        ends=np.array([[step.end_minute for step in steps]], dtype=np.int64),
        spans=[spans_of(terms.exclusions)],
    )
    columns = zip(
        totals.good[0].tolist(),
        totals.valid[0].tolist(),
        totals.covered_minutes[0].tolist(),
        totals.minutes[0].tolist(),
        strict=True,
    )
    return [
        HistoryPoint(
            start=step.start,
            end=step.end,
            sli=good / valid if valid > 0 else None,
            good=good,
            valid=valid,
            coverage=covered / minutes if minutes else 0.0,
            objective=terms.definition.objective,
        )
        for step, (good, valid, covered, minutes) in zip(steps, columns, strict=True)
    ]


def _of_slices(terms: Terms, steps: list[Period]) -> list[HistoryPoint]:
    unit = terms.definition.unit_minutes
    start, end = steps[0].start_minute // unit * unit, to_minute(steps[-1].end)
    found = history.points_between(
        series=read_between(sli_id=terms.sli_id, start_minute=start, end_minute=end),
        definition=terms.definition,
        edges=[*(step.start for step in steps), steps[-1].end],
        exclusions=terms.exclusions,
        now=steps[-1].end,
    )
    return [
        HistoryPoint(
            start=point.start,
            end=point.end,
            sli=point.sli,
            good=point.good,
            valid=point.valid,
            coverage=point.coverage,
            objective=terms.definition.objective,
        )
        for point in found
    ]
