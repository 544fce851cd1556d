"""What was left of an objective's budget, instant by instant, each in the window as it was then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import numpy as np

from reliability.kit.instants import floor_minute, from_minute, to_minute
from reliability.kit.periods import Period
from slo.domain import batch, budget
from slo.domain.budgeting import BudgetingMethod
from slo.domain.definition import Definition
from slo.domain.minutes import FloatArray
from slo.domain.spans import spans_of
from slo.domain.spending import Spending, reading_period, spend
from slo.models import Slo
from slo.selectors.fleet import measure
from slo.selectors.series import kept_from, read_between
from slo.selectors.terms import Terms, dossier_of

POINTS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class BurndownPoint:
    """What was left of the budget at the instant `at`, in the window as it was then. None without data."""

    at: datetime
    remaining: float | None
    consumed: float | None
    sli: float | None


def burndown_of(
    *, slo: Slo, period: Period, now: datetime, points: int = 200, is_restated: bool = False
) -> list[BurndownPoint]:
    """The remaining budget at up to *points* instants of *period*, the last at its end or now, oldest first.

    Before minutes are kept there is none. Each instant is judged under the version in force then (the newest when
    *is_restated*).
    """
    dossier = dossier_of(slo=slo, period=period)
    judged = [
        (dossier.at(at, now=now, is_restated=is_restated), at)
        for at in instants(period=period, now=now, points=min(points, POINTS_MAX))
    ]
    since = kept_from(now=now)
    found: list[BurndownPoint] = []
    for _, group in groupby(judged, key=lambda pair: pair[0].version_id):
        pairs = list(group)
        moments = [at for _, at in pairs]
        kept = [at for at in moments if at > since]
        found += (BurndownPoint(at, None, None, None) for at in moments if at <= since)
        found += burndown_under(terms=pairs[0][0], instants=kept) if kept else []
    return found


def burndown_under(*, terms: Terms, instants: list[datetime]) -> list[BurndownPoint]:
    """The budget at each of the *instants* (sorted, whole minutes), all judged under the same terms."""
    if terms.definition.budgeting is BudgetingMethod.OCCURRENCES:
        return _of_events(terms, instants)
    return _of_slices(terms, instants)


def instants(*, period: Period, now: datetime, points: int) -> list[datetime]:
    """At most *points* whole minutes in equal steps that end at the end of *period*, or at now when that is earlier."""
    end = to_minute(min(period.end, now))
    start = min(to_minute(period.start), end)
    step = max(1, -(-(end - start) // max(1, points - 1)))
    minutes = range(end, start - 1, -step)
    return [from_minute(minute) for minute in reversed(minutes)]


def _of_events(terms: Terms, instants: list[datetime]) -> list[BurndownPoint]:
    periods = [terms.definition.window.period_at(at) for at in instants]
    spans = spans_of(terms.exclusions)
    fleet = measure(
        sli_ids=np.full(len(instants), terms.sli_id, dtype=np.int64),
        objectives=batch.Objectives.of([terms.definition.objective] * len(instants)),
        starts=np.array([[period.start_minute] for period in periods], dtype=np.int64),
        ends=np.array([[to_minute(at)] for at in instants], dtype=np.int64),
        adjustment=_by_hand(terms, instants, periods),
        spans=[spans] * len(instants) if spans else None,
    )
    return _points(instants, fleet.budgets.sli, fleet.budgets.consumed, fleet.budgets.remaining)


def _of_slices(terms: Terms, instants: list[datetime]) -> list[BurndownPoint]:
    """One judgement of all slices, then a difference of running sums for each instant."""
    definition = terms.definition
    periods = [definition.window.period_at(at) for at in instants]
    whole = Period(min(period.start for period in periods), max(period.end for period in periods))
    reading = reading_period(definition=definition, period=whole)
    last = floor_minute(instants[-1])
    series = read_between(
        sli_id=terms.sli_id, start_minute=reading.start_minute, end_minute=max(reading.start_minute, to_minute(last))
    )
    spending = spend(series=series, definition=definition, period=whole, exclusions=terms.exclusions, now=last)
    return points_of(
        spending=spending, definition=definition, instants=instants, by_hand=_by_hand(terms, instants, periods)
    )


def points_of(
    *, spending: Spending, definition: Definition, instants: list[datetime], by_hand: FloatArray | float = 0.0
) -> list[BurndownPoint]:
    """The budget at each of the *instants*, each in the window as it was then, all of it within what was judged."""
    periods = [definition.window.period_at(at) for at in instants]

    def places(moments: list[datetime]) -> np.ndarray:
        return np.array([spending.units_before(to_minute(moment)) for moment in moments])

    starts, ends = places([period.start for period in periods]), places(instants)
    # Timeslices are a share of all slices of the window, those still to come among them.
    is_share_of_window = definition.budgeting is BudgetingMethod.TIMESLICES
    base_ends = places([period.end for period in periods]) if is_share_of_window else ends
    bad, base = _running(spending.bad), _running(spending.base)
    measured = _running(spending.measured.astype(np.float64))
    is_measured = measured[ends] > measured[starts]
    counted = base[base_ends] - base[starts]
    share = np.divide(
        bad[ends] - bad[starts], counted, out=np.full(len(instants), np.nan), where=is_measured & (counted > 0)
    )
    consumed = share / float(definition.budget) + by_hand
    return _points(instants, 1 - share, consumed, 1 - consumed)


def _by_hand(terms: Terms, instants: list[datetime], periods: list[Period]) -> FloatArray:
    if not terms.adjustments:
        return np.zeros(len(instants))
    return np.array(
        [
            float(budget.spent_by_hand(adjustments=terms.adjustments, period=period, now=at))
            for at, period in zip(instants, periods, strict=True)
        ]
    )


def _running(values: FloatArray) -> FloatArray:
    return np.concatenate(([0.0], np.cumsum(values)))


def _points(
    instants: list[datetime], sli: FloatArray, consumed: FloatArray, remaining: FloatArray
) -> list[BurndownPoint]:
    columns = zip(instants, sli.tolist(), consumed.tolist(), remaining.tolist(), strict=True)
    return [
        BurndownPoint(at, None, None, None) if ratio != ratio else BurndownPoint(at, left, spent, ratio)
        for at, ratio, spent, left in columns
    ]
