"""Figures of many objectives at one instant: budgets, burn rates, forecasts and states.

Occurrences are sums of two edges per window, worked out for all SLIs at once; the slice methods read minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np

from reliability.kit.collector import collector_paused
from reliability.kit.durations import format_duration
from reliability.kit.instants import floor_minute, to_minute
from reliability.kit.periods import Period
from slo.domain import batch, budget, burn, forecast
from slo.domain.budgeting import BudgetingMethod
from slo.domain.minutes import FloatArray
from slo.domain.spans import Spans, clipped, spans_of
from slo.domain.spending import reading_period
from slo.domain.status import Verdict, state_of
from slo.domain.windows import RollingWindow, Window
from slo.selectors.occurrences import WindowTotals, totals_of_windows
from slo.selectors.series import read_between
from slo.selectors.terms import Terms

_STANDARD = tuple(burn.STANDARD_WINDOWS.items())
_STANDARD_NAMES = tuple(burn.STANDARD_WINDOWS)
_NO_SPANS = Spans()


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of one objective at an instant. None is undefined, never 0. coverage is 0..1."""

    window: Period
    verdict: Verdict
    sli: float | None
    good: float | None
    valid: float | None
    consumed: float | None
    remaining: float | None
    remaining_minutes: float | None
    coverage: float
    burn_rates: dict[str, float | None]
    forecast: forecast.Forecast
    adjusted: float
    excluded_minutes: int


@lru_cache(maxsize=1024)
def own_window_name(window: Window) -> str:
    """The name under which burn rates carry that of the objective's whole window: its length, or `window`."""
    return format_duration(window.length) if isinstance(window, RollingWindow) else "window"


def figures_of(*, terms: Sequence[Terms], at: datetime) -> list[Figures]:
    """The figures of each objective at *at* (its minute's start), in the order given.

    One statement for all that count occurrences; one read of minutes for each that counts slices.
    """
    instant = floor_minute(at)
    found: list[Figures | None] = [None] * len(terms)
    summed = [row for row, one in enumerate(terms) if one.definition.budgeting is BudgetingMethod.OCCURRENCES]
    with collector_paused():
        for row, figures in zip(summed, _by_sums([terms[row] for row in summed], instant), strict=True):
            found[row] = figures
    return [
        _by_minutes(one, instant) if figures is None else figures for one, figures in zip(terms, found, strict=True)
    ]


@dataclass(frozen=True, slots=True, eq=False)
class FleetFigures:
    """Arrays for n objectives: totals over the windows, budgets of the first, burn rates of all (NaN undefined)."""

    totals: WindowTotals
    budgets: batch.Budgets
    burn_rates: FloatArray


def measure(
    *,
    sli_ids: np.ndarray,
    objectives: batch.Objectives,
    starts: np.ndarray,
    ends: np.ndarray,
    adjustment: FloatArray | None = None,
    spans: Sequence[Spans] | None = None,
) -> FleetFigures:
    """Budgets and burn rates for windows [start, end) in epoch minutes, shape (n, windows); the first is the SLO's own.

    One statement and array arithmetic; what 1,000 objectives cost does not depend on how long their windows are.
    """
    totals = totals_of_windows(sli_ids=sli_ids, starts=starts, ends=ends, spans=spans)
    return FleetFigures(
        totals=totals,
        budgets=batch.budgets(
            good=totals.good[:, 0], valid=totals.valid[:, 0], objectives=objectives, adjustment=adjustment
        ),
        burn_rates=batch.burn_rates(good=totals.good, valid=totals.valid, objectives=objectives),
    )


def _by_sums(terms: Sequence[Terms], at: datetime) -> list[Figures]:
    if not terms:
        return []
    end = to_minute(at)
    # Many objectives share few windows: each is worked out once.
    found = {window: window.period_at(at) for window in {one.definition.window for one in terms}}
    first_minutes = {window: period.start_minute for window, period in found.items()}
    windows = [one.definition.window for one in terms]
    periods = [found[window] for window in windows]
    starts = np.empty((len(terms), 1 + len(_STANDARD)), dtype=np.int64)
    starts[:, 0] = [first_minutes[window] for window in windows]
    starts[:, 1:] = [end - length // timedelta(minutes=1) for _, length in _STANDARD]
    spans = [spans_of(one.exclusions) if one.exclusions else _NO_SPANS for one in terms]
    adjusted = [
        float(budget.spent_by_hand(adjustments=one.adjustments, period=period, now=at)) if one.adjustments else 0.0
        for one, period in zip(terms, periods, strict=True)
    ]
    fleet = measure(
        sli_ids=np.array([one.sli_id for one in terms], dtype=np.int64),
        objectives=batch.Objectives.of([one.definition.objective for one in terms]),
        starts=starts,
        ends=np.full_like(starts, end),
        adjustment=np.array(adjusted),
        spans=spans if any(spans) else None,
    )
    columns = zip(
        _optional(fleet.budgets.sli),
        _optional(fleet.budgets.consumed),
        _optional(fleet.budgets.remaining),
        fleet.totals.good[:, 0].tolist(),
        fleet.totals.valid[:, 0].tolist(),
        fleet.totals.covered_minutes[:, 0].tolist(),
        fleet.totals.minutes[:, 0].tolist(),
        np.maximum(end - starts[:, 0], 0).tolist(),
        _optional_rows(fleet.burn_rates),
        strict=True,
    )
    return [
        _figures(
            terms=one, period=period, at=at, sli=sli, good=good, valid=valid, consumed=consumed, remaining=remaining,
            remaining_minutes=None, coverage=covered / minutes if minutes else 0.0,
            burn_rates=_named(one.definition.window, rates), adjusted=by_hand,
            excluded_minutes=elapsed - minutes,
        )
        for one, period, by_hand, (sli, consumed, remaining, good, valid, covered, minutes, elapsed, rates) in zip(
            terms, periods, adjusted, columns, strict=True
        )
    ]  # fmt: skip


def _by_minutes(terms: Terms, at: datetime) -> Figures:
    definition = terms.definition
    period = definition.window.period_at(at)
    lengths = [at - period.start or timedelta(minutes=1), *(length for _, length in _STANDARD)]
    needed = [
        reading_period(definition=definition, period=period),
        *(burn.reading_of_burn(definition=definition, window=length, now=at) for length in lengths),
    ]
    end = to_minute(at)
    series = read_between(sli_id=terms.sli_id, start_minute=min(one.start_minute for one in needed), end_minute=end)
    found = budget.evaluate(
        series=series, definition=definition, period=period,
        exclusions=terms.exclusions, adjustments=terms.adjustments, now=at,
    )  # fmt: skip
    rates = burn.burns_over(series=series, definition=definition, windows=lengths, exclusions=terms.exclusions, now=at)
    excluded = clipped(spans_of(terms.exclusions).excluded, start_minute=period.start_minute, end_minute=end)
    return _figures(
        terms=terms, period=period, at=at, sli=found.sli, good=found.good, valid=found.valid,
        consumed=found.consumed, remaining=found.remaining, remaining_minutes=found.remaining_minutes,
        coverage=found.coverage, burn_rates=_named(definition.window, rates), adjusted=found.adjustment,
        excluded_minutes=sum(stop - start for start, stop in excluded),
    )  # fmt: skip


def _figures(
    *,
    terms: Terms,
    period: Period,
    at: datetime,
    sli: float | None,
    good: float,
    valid: float,
    consumed: float | None,
    remaining: float | None,
    remaining_minutes: float | None,
    coverage: float,
    burn_rates: dict[str, float | None],
    adjusted: float,
    excluded_minutes: int,
) -> Figures:
    window = terms.definition.window
    forecast_window, forecast_over = _forecast_window(period.length)
    foreseen = forecast.exhausted_at(
        remaining=remaining,
        burn_rate=burn_rates[forecast_window],
        window=window,
        period=period,
        now=at,
    )
    verdict = state_of(
        remaining=remaining,
        forecast_exhausted_at=foreseen.exhausted_at,
        is_forecast_within_window=foreseen.is_within_window,
        forecast_over=forecast_over,
    )
    return Figures(
        window=period,
        verdict=verdict,
        sli=sli,
        good=None if sli is None else good,
        valid=None if sli is None else valid,
        consumed=consumed,
        remaining=remaining,
        remaining_minutes=remaining_minutes,
        coverage=coverage,
        burn_rates=burn_rates,
        forecast=foreseen,
        adjusted=adjusted,
        excluded_minutes=excluded_minutes,
    )


@lru_cache(maxsize=1024)
def _forecast_window(length: timedelta) -> tuple[str, str]:
    """The burn rate that a forecast takes: its name, and in words."""
    return forecast.burn_window(window_length=length), forecast.burn_window_text(window_length=length)


def _named(window: Window, rates: Sequence[float | None]) -> dict[str, float | None]:
    """Rates in the order of reading: the own window first in *rates*, last in the answer."""
    named = dict(zip(_STANDARD_NAMES, rates[1:], strict=True))
    named[own_window_name(window)] = rates[0]
    return named


def _optional(values: FloatArray) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]


def _optional_rows(values: FloatArray) -> list[list[float | None]]:
    return [[None if value != value else value for value in row] for row in values.tolist()]
