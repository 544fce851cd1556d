"""What an objective would have looked like over real history, before it is saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import numpy as np
from django.conf import settings

from reliability.access.domain.caller import Caller
from reliability.kit.instants import floor_minute, to_minute
from reliability.kit.periods import Period
from reliability.telemetry.domain.failures import Reason, SourceError
from reliability.telemetry.domain.queries import SliQuery
from reliability.telemetry.domain.specs import validate_spec
from reliability.telemetry.models import Source
from reliability.telemetry.selectors.counts import counts
from reliability.web.errors import Invalid
from slo.domain import budget, burndown, history
from slo.domain.burn import STANDARD_WINDOWS, burn_over
from slo.domain.definition import Definition
from slo.domain.drafts import definition_or_mistakes
from slo.domain.forecast import burn_window, burn_window_text, exhausted_at
from slo.domain.minutes import MinuteSeries
from slo.domain.spending import reading_period, spend
from slo.domain.status import State, state_of
from slo.domain.strictness import SliceCount, slice_count
from slo.models import Sli
from slo.selectors.burndown import BurndownPoint
from slo.selectors.history import HistoryPoint, step_for
from slo.selectors.measuring import REFUSAL, may_measure
from slo.selectors.series import read_between

# A person waits for this: what has been read by then is shown, and how much that is.
SECONDS_MAX = 6.0
DAYS_MAX = 7
_PIECE = timedelta(days=1)
_SOURCE_KEY = "preview"


@dataclass(frozen=True, slots=True)
class PreviewView:
    """The objective's figures over `window` up to now. `origin` is "series" (stored) or "source" (asked just now).

    measured: the stretch that was read, None when nothing was. problem: why there are no figures (the source's
    words), empty when there are. resolution_minutes: how coarse the source was read. slices: of Timeslices.
    """

    origin: str
    window: Period
    measured: Period | None
    state: State
    sli: float | None
    good: float | None
    valid: float | None
    consumed: float | None
    remaining: float | None
    remaining_minutes: float | None
    coverage: float
    history: list[HistoryPoint]
    burndown: list[BurndownPoint]
    warnings: tuple[str, ...] = ()
    problem: str = ""
    resolution_minutes: int = 1
    slices: SliceCount | None = None


def preview(
    *,
    caller: Caller,
    objective: Any,
    window: dict[str, Any],
    budgeting_method: str,
    now: datetime,
    sli: Sli | None = None,
    source: Source | None = None,
    spec: dict[str, Any] | None = None,
    slice_minutes: int | None = None,
    slice_target: Any = None,
    counts_no_data_as_bad: bool = False,
) -> PreviewView:
    """Compute the objective over the stored series of *sli*, or else over what *source* answers for *spec*.

    The source is asked for the newest week, day by day backwards, for a few seconds. Raises Invalid with field
    paths for a wrong definition and for a source that the caller may not measure from, as saving would.
    """
    definition, mistakes = definition_or_mistakes(
        objective=objective,
        window=window,
        budgeting_method=budgeting_method,
        slice_minutes=slice_minutes,
        slice_target=slice_target,
        counts_no_data_as_bad=counts_no_data_as_bad,
        kept_days=settings.SERIES_RETENTION_DAYS,
    )
    if sli is None and source is not None:
        faults = validate_spec(spec, source.kind)
        mistakes += [(f"spec.{path}" if path else "spec", message) for path, message in faults]
        if not may_measure(caller=caller, source=source):
            mistakes.append(("source", REFUSAL))
    if sli is None and source is None:
        mistakes.append(("sli", "choose an indicator, or a source and what it measures"))
    if definition is None or mistakes:
        raise Invalid(details=[{"field": field, "message": message} for field, message in mistakes])
    at = floor_minute(now)
    period = definition.window.period_at(at)
    if sli is not None:
        reading = _stored(sli, definition, period, at)
    else:
        reading = _asked(source, spec or {}, definition, period, at, now)
    return _view(reading, definition, period, at)


@dataclass(frozen=True, slots=True)
class _Reading:
    """Minutes for the whole window, what of them was read, and what was wrong."""

    origin: str
    series: MinuteSeries
    measured: Period | None
    warnings: tuple[str, ...] = ()
    problem: str = ""


def _stored(sli: Sli, definition: Definition, period: Period, at: datetime) -> _Reading:
    whole = reading_period(definition=definition, period=Period(period.start, at))
    series = read_between(
        sli_id=sli.pk, start_minute=whole.start_minute, end_minute=max(whole.start_minute, to_minute(at))
    )
    covered = np.flatnonzero(series.covered)
    measured = None
    if len(covered):
        first = series.start_minute + int(covered[0])
        measured = Period.from_minutes(first, series.start_minute + int(covered[-1]) + 1)
    problem = "" if measured else "nothing is stored for this indicator in the window: start a backfill of its past"
    return _Reading("series", series, measured, problem=problem)


def _asked(
    source: Source | None, spec: dict[str, Any], definition: Definition, period: Period, at: datetime, now: datetime
) -> _Reading:
    if source is None:
        raise TypeError("a preview needs an indicator or a source")
    whole = reading_period(definition=definition, period=Period(period.start, at))
    series = MinuteSeries.empty(start_minute=whole.start_minute, end_minute=max(whole.start_minute, to_minute(at)))
    oldest = max(period.start, at - timedelta(days=DAYS_MAX))
    warnings: list[str] = []
    end, problem, deadline = at, "", monotonic() + SECONDS_MAX
    while end > oldest and (left := deadline - monotonic()) > 0:
        piece = Period(max(oldest, end - _PIECE), end)
        query = SliQuery(_SOURCE_KEY, spec)
        answer = counts(source=source, queries=[query], period=piece, now=now, seconds_max=left)[_SOURCE_KEY]
        if isinstance(answer, SourceError):
            is_late = answer.reason in (Reason.TIMEOUT, Reason.OUT_OF_TIME)
            problem = _problem(answer, is_late=is_late, has_figures=end < at)
            break
        warnings += answer.warnings
        first = answer.start_minute - series.start_minute
        place = slice(max(0, first), first + len(answer.good))
        skipped = max(0, -first)
        series.good[place], series.valid[place] = answer.good[skipped:], answer.valid[skipped:]
        series.covered[place] = answer.covered[skipped:]
        end = piece.start
    measured = Period(end, at) if end < at and series.covered.any() else None
    if measured is None and not problem:
        problem = "the source answers, but measured nothing in that time: check the names and labels in the queries"
    return _Reading("source", series, measured, tuple(dict.fromkeys(warnings)), problem)


def _problem(error: SourceError, *, is_late: bool, has_figures: bool) -> str:
    if not is_late:
        return error.message
    if has_figures:
        return ""  # shown as far as it got
    return (
        f"{error.message}. A preview waits no longer than {SECONDS_MAX:g} s: save the indicator, and its past is read "
        "in the background, in smaller pieces"
    )


def _view(reading: _Reading, definition: Definition, period: Period, at: datetime) -> PreviewView:
    spending = spend(series=reading.series, definition=definition, period=period, now=at)
    found = budget.of_spending(spending=spending, definition=definition, period=period, now=at)
    shown = reading.measured or Period(at, at)
    shown = shown.intersection(period) or Period(at, at)
    step = step_for(period=shown)
    rate = burn_over(
        series=reading.series,
        definition=definition,
        window=STANDARD_WINDOWS[burn_window(window_length=period.length)],
        now=at,
    )
    foreseen = exhausted_at(remaining=found.remaining, burn_rate=rate, window=definition.window, period=period, now=at)
    verdict = state_of(
        remaining=found.remaining,
        forecast_exhausted_at=foreseen.exhausted_at,
        is_forecast_within_window=foreseen.is_within_window,
        forecast_over=burn_window_text(window_length=period.length),
    )
    return PreviewView(
        origin=reading.origin,
        window=period,
        measured=reading.measured,
        state=verdict.state,
        sli=found.sli,
        good=found.good if found.has_data else None,
        valid=found.valid if found.has_data else None,
        consumed=found.consumed,
        remaining=found.remaining,
        remaining_minutes=found.remaining_minutes,
        coverage=found.coverage,
        history=_history(reading.series, definition, shown, step, at),
        burndown=_burndown(reading.series, definition, period, at),
        warnings=(*definition.window.warnings(), *reading.warnings),
        problem=reading.problem,
        slices=slice_count(spending=spending, definition=definition),
    )


def _history(
    series: MinuteSeries, definition: Definition, shown: Period, step: timedelta, at: datetime
) -> list[HistoryPoint]:
    if shown.is_empty:
        return []
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
        for point in history.points(series=series, definition=definition, period=shown, step=step, now=at)
    ]


def _burndown(series: MinuteSeries, definition: Definition, period: Period, at: datetime) -> list[BurndownPoint]:
    """From a whole budget at the start of the window down to what is left now."""
    points = burndown.points(
        series=series, definition=definition, period=period, step=step_for(period=period, points=200), now=at
    )
    return [BurndownPoint(point.at, point.remaining, 1 - point.remaining, None) for point in points]
