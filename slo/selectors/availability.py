"""The availability of objectives in periods of the calendar: sums of edges for events, one read of minutes for slices.

Excluded minutes are left out as the objective says; the version in force at the end of a period judges it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from reliability.kit.instants import floor_minute
from reliability.kit.periods import Period
from slo.domain import availability
from slo.domain.availability import Availability
from slo.domain.budgeting import BudgetingMethod
from slo.domain.calendar_periods import CalendarPeriod
from slo.domain.minutes import MinuteSeries
from slo.domain.spans import Spans, spans_of
from slo.domain.spending import reading_period, spend
from slo.models import Slo
from slo.selectors.occurrences import totals_of_windows
from slo.selectors.series import read_many
from slo.selectors.terms import Terms, dossier_of, terms_of

# Minutes of slices that a table of many objectives reads at most: forty months of one objective, or one of forty.
SLICED_MINUTES_MAX = 1_800_000


@dataclass(frozen=True, slots=True)
class Row:
    """One objective in the periods asked for. cells: None each when it is left out: too many minutes of slices."""

    terms: Terms
    cells: tuple[Availability, ...] | None

    @property
    def slo(self) -> Slo:
        return self.terms.slo


def availability_of(*, slo: Slo, periods: Sequence[CalendarPeriod], now: datetime) -> list[tuple[Terms, Availability]]:
    """Of one objective, in the order given; each under the version in force at its end. A handful of queries."""
    if not periods:
        return []
    whole = Period(min(one.period.start for one in periods), max(one.period.end for one in periods))
    at = floor_minute(now)
    dossier = dossier_of(slo=slo, period=whole)
    terms = [dossier.at(min(one.period.end, at), now=now) for one in periods]
    found: list[Availability | None] = [None] * len(periods)
    for version_id in dict.fromkeys(one.version_id for one in terms):
        places = [place for place, one in enumerate(terms) if one.version_id == version_id]
        cells = cells_of(terms=[terms[places[0]]], periods=[[periods[place].period for place in places]], now=now)
        for place, cell in zip(places, cells[0] or (), strict=True):
            found[place] = cell
    return [(one, cell) for one, cell in zip(terms, found, strict=True) if cell is not None]


def availability_of_fleet(*, slos: Sequence[Slo], periods: Sequence[Period], now: datetime) -> list[list[Row]]:
    """For each period the rows of the objectives, in their order; those without a version are left out.

    Three queries for each period, and two for all of the figures, however many objectives there are.
    """
    at = floor_minute(now)
    of_period = [terms_of(slos=slos, at=min(one.end, max(at, one.start)), since=one.start) for one in periods]
    flat = [one for terms in of_period for one in terms]
    wanted = [[period] for period, terms in zip(periods, of_period, strict=True) for _ in terms]
    cells = iter(cells_of(terms=flat, periods=wanted, now=now, sliced_minutes_max=SLICED_MINUTES_MAX))
    return [[Row(one, next(cells)) for one in terms] for terms in of_period]


def cells_of(
    *,
    terms: Sequence[Terms],
    periods: Sequence[Sequence[Period]],
    now: datetime,
    sliced_minutes_max: int | None = None,
) -> list[tuple[Availability, ...] | None]:
    """For each of the terms its availability in its periods; None where slices would read too many minutes.

    One statement for all that count events, one for all that count slices.
    """
    at = floor_minute(now)
    found: list[tuple[Availability, ...] | None] = [None] * len(terms)
    summed = [row for row, one in enumerate(terms) if one.definition.budgeting is BudgetingMethod.OCCURRENCES]
    for row, cells in zip(
        summed, _by_sums([terms[row] for row in summed], [periods[row] for row in summed], at), strict=True
    ):
        found[row] = cells
    sliced, minutes = [], 0
    for row, one in enumerate(terms):
        if one.definition.budgeting is BudgetingMethod.OCCURRENCES or not periods[row]:
            continue
        reach = _reach(one, periods[row], at)
        minutes += reach.minutes
        if sliced_minutes_max is None or minutes <= sliced_minutes_max:
            sliced.append(row)
    for row, cells in zip(
        sliced, _by_slices([terms[row] for row in sliced], [periods[row] for row in sliced], at), strict=True
    ):
        found[row] = cells
    return found


def _passed(period: Period, at: datetime) -> Period:
    """As far as it is over."""
    return Period(period.start, max(period.start, min(period.end, at)))


def _by_sums(
    terms: Sequence[Terms], periods: Sequence[Sequence[Period]], at: datetime
) -> list[tuple[Availability, ...]]:
    flat = [
        (one.sli_id, _passed(period, at), one, period)
        for one, of_one in zip(terms, periods, strict=True)
        for period in of_one
    ]
    if not flat:
        return [() for _ in terms]
    spans: dict[int, Spans] = {id(one): spans_of(one.exclusions) for one in terms if one.exclusions}
    totals = totals_of_windows(
        sli_ids=np.array([sli_id for sli_id, _, _, _ in flat], dtype=np.int64),
        starts=np.array([[passed.start_minute] for _, passed, _, _ in flat], dtype=np.int64),
        ends=np.array([[passed.end_minute] for _, passed, _, _ in flat], dtype=np.int64),
        spans=[spans.get(id(one), Spans()) for _, _, one, _ in flat] if spans else None,
    )
    columns = (totals.good, totals.valid, totals.covered_minutes, totals.minutes)
    cells = iter(zip(flat, *(column[:, 0].tolist() for column in columns), strict=True))
    return [
        tuple(
            availability.of_events(
                period=period, good=good, valid=valid, covered_minutes=covered, minutes=minutes,
                is_running=period.end > at,
            )
            for _ in of_one
            for (_, _, _, period), good, valid, covered, minutes in [next(cells)]
        )
        for of_one in periods
    ]  # fmt: skip


def _reach(terms: Terms, periods: Sequence[Period], at: datetime) -> Period:
    parts = [reading_period(definition=terms.definition, period=_passed(one, at)) for one in periods]
    return Period(min(one.start for one in parts), max(one.end for one in parts))


def _by_slices(
    terms: Sequence[Terms], periods: Sequence[Sequence[Period]], at: datetime
) -> list[tuple[Availability, ...]]:
    if not terms:
        return []
    reaches = [_reach(one, of_one, at) for one, of_one in zip(terms, periods, strict=True)]
    series = _read(terms, reaches)
    return [
        tuple(
            availability.of_spending(
                spending=spend(
                    series=minutes,
                    definition=one.definition,
                    period=_passed(period, at),
                    exclusions=one.exclusions,
                    now=at,
                ),
                definition=one.definition,
                period=period,
                is_running=period.end > at,
            )
            for period in of_one
        )
        for one, of_one, minutes in zip(terms, periods, series, strict=True)
    ]


def _read(terms: Sequence[Terms], reaches: Sequence[Period]) -> list[MinuteSeries]:
    """The minutes of each, by one statement for the whole of the time that any of them needs."""
    found = read_many(
        sli_ids={one.sli_id for one in terms},
        start_minute=min(one.start_minute for one in reaches),
        end_minute=max(one.end_minute for one in reaches),
    )
    return [
        found[one.sli_id].between(start_minute=reach.start_minute, end_minute=reach.end_minute)
        for one, reach in zip(terms, reaches, strict=True)
    ]
