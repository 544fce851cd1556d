"""A composite over time: its SLI in steps, and what was left of its budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reliability.kit.instants import floor_minute, to_minute
from reliability.kit.periods import Period
from reliability.web.errors import Invalid
from slo.domain import history
from slo.domain.composites import PART_DAYS_MAX
from slo.models import Composite, CompositeVersion
from slo.selectors.burndown import BurndownPoint, instants, points_of
from slo.selectors.composite_terms import CompositeTerms, assembled
from slo.selectors.composite_wholes import Stretch, wholes_of
from slo.selectors.history import POINTS_MAX, HistoryPoint
from slo.selectors.series import kept_from

# Parts × days that one chart may read under one version: the longest window and as much again.
READ_PART_DAYS_MAX = 2 * PART_DAYS_MAX
# And under all versions together: each reads the window before its time anew.
ALL_PART_DAYS_MAX = 3 * READ_PART_DAYS_MAX


_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CompositePast:
    """period: what was read, shorter than asked for when that was too much for so many parts."""

    period: Period
    points: list[HistoryPoint]
    burndown: list[BurndownPoint]


def composite_past(
    *, composite: Composite, versions: Sequence[CompositeVersion], period: Period, step: timedelta, now: datetime
) -> CompositePast:
    """SLI in *step*s and budget left over *period*, cut at its start to what may be read at once and is kept.

    versions: all of the composite's, newest first. Each step and instant is judged by the version of its time; the
    parts by their versions at the end of that version's stretch. Raises Invalid for too many points.
    """
    if step < timedelta(minutes=1) or step % timedelta(minutes=1):
        raise Invalid(details=[{"field": "step", "message": "must be a whole number of minutes, such as 5m or 1h"}])
    end = floor_minute(min(period.end, now))
    start = max(floor_minute(period.start), floor_minute(kept_from(now=now)))
    pieces = _readable(composite, versions, Period(min(start, end), end))
    start = pieces[0][1].start if pieces else end
    shown = Period(min(start, end), end)
    if -(-shown.length // step) > POINTS_MAX:
        longer = f"gives more than {POINTS_MAX} points: take a longer step or a shorter period"
        raise Invalid(details=[{"field": "step", "message": longer}])
    steps = [piece for piece in shown.split(step) if not piece.is_empty]
    moments = instants(period=shown, now=now, points=200)
    points: list[HistoryPoint] = []
    burndown: list[BurndownPoint] = []
    for terms, part in pieces:
        points += _points(terms, [one for one in steps if part.contains(one.start)], now)
        is_last = part.end == shown.end
        burndown += _burndown(terms, [at for at in moments if part.contains(at) or (is_last and at == part.end)])
    return CompositePast(shown, points, burndown)


def _readable(
    composite: Composite, versions: Sequence[CompositeVersion], period: Period
) -> list[tuple[CompositeTerms, Period]]:
    """The stretches of *period* with the terms that judge them, the oldest first, as far back as may be read at once:
    the more parts, and versions, the less. A day of the newest one is always read."""
    found: list[tuple[CompositeTerms, Period]] = []
    left = float(ALL_PART_DAYS_MAX)
    for version, part in reversed(list(_stretches(versions, period))):
        terms = assembled(roots=[(composite, version)], at=part.end, since=part.start)[0]
        parts = max(1, sum(1 for _ in terms.leaves()))
        window = terms.definition.window.length_max / _DAY
        most = max(1.0 if not found else 0.0, min(left, READ_PART_DAYS_MAX) / parts - window)
        if most <= 0:
            break
        start = max(part.start, floor_minute(part.end - timedelta(days=most)))
        found.append((terms, Period(start, part.end)))
        left -= parts * (window + Period(start, part.end).length / _DAY)
        if start > part.start:
            break
    return found[::-1]


def _stretches(versions: Sequence[CompositeVersion], period: Period) -> Iterator[tuple[CompositeVersion, Period]]:
    """The parts of the period, each with the version in force at its start; the first version also before it began."""
    oldest_first = sorted(versions, key=lambda one: (one.effective_from, one.pk))
    bounds = [period.start, *(one.effective_from for one in oldest_first[1:] if period.contains(one.effective_from))]
    starts = sorted({floor_minute(bound) for bound in bounds})
    for start, stop in zip(starts, [*starts[1:], period.end], strict=True):
        begun = [one for one in oldest_first if floor_minute(one.effective_from) <= start]
        yield (begun or oldest_first[:1])[-1], Period(start, stop)


def _points(terms: CompositeTerms, steps: Sequence[Period], now: datetime) -> list[HistoryPoint]:
    if not steps:
        return []
    definition = terms.definition.definition
    stretch = Stretch(to_minute(steps[0].start), to_minute(steps[-1].end), min(steps[-1].end, now))
    spending = wholes_of(asked=[(terms, stretch)])[0].spending
    edges = [*(step.start for step in steps), steps[-1].end]
    return [
        HistoryPoint(
            start=point.start,
            end=point.end,
            sli=point.sli,
            good=point.good,
            valid=point.valid,
            coverage=point.coverage,
            objective=definition.objective,
        )
        for point in history.points_of(spending=spending, definition=definition, edges=edges)
    ]


def _burndown(terms: CompositeTerms, moments: list[datetime]) -> list[BurndownPoint]:
    if not moments:
        return []
    definition = terms.definition.definition
    periods = [definition.window.period_at(at) for at in moments]
    first, last = min(period.start for period in periods), max(period.end for period in periods)
    stretch = Stretch(to_minute(first), to_minute(last), moments[-1])
    spending = wholes_of(asked=[(terms, stretch)])[0].spending
    return points_of(spending=spending, definition=definition, instants=moments)
