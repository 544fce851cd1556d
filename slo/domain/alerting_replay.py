"""When rules would have fired, from stored minutes: the decisions of slo.domain.alerting_steps, all minutes at once.

The windows of every minute are differences of running sums; what happens between two firings is found by jumping
from one event to the next. A property test holds it to the step function, minute by minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from reliability.kit.instants import MINUTE, from_minute
from reliability.kit.periods import Period
from slo.domain.alerting_readings import FRESH, Guards
from slo.domain.alerting_rules import Operator, Rule
from slo.domain.alerting_steps import COVERAGE_MIN
from slo.domain.definition import Definition
from slo.domain.exclusions import Exclusion
from slo.domain.minutes import BoolArray, FloatArray, IntArray, MinuteSeries
from slo.domain.spending import spend

_FRESH_MINUTES = FRESH // MINUTE


@dataclass(frozen=True, slots=True)
class Firing:
    """One alert that would have been. began_at: when the burn that set it off began; resolved_at: None while it
    would still fire. peak: the highest burn of the newest window; spent: the share of the budget from began_at on."""

    key: str
    began_at: datetime
    fired_at: datetime
    resolved_at: datetime | None
    peak: float
    spent: float

    @property
    def detection(self) -> timedelta:
        """From the beginning of the burn to the alert."""
        return self.fired_at - self.began_at


@dataclass(frozen=True, slots=True, eq=False)
class Minutes:
    """Running sums from `start_minute` (of a whole slice) on, one more entry than minutes or slices: entry i holds all
    before it. Events and coverage are per minute, what the method judges per slice of `unit` minutes.

    newest: for entry i, the index at which the newest covered minute before it ends, 0 when there is none.
    has_past: something was measured before `start_minute`.
    """

    start_minute: int
    unit: int
    good: FloatArray
    valid: FloatArray
    covered: FloatArray
    live: FloatArray
    newest: IntArray
    bad: FloatArray
    base: FloatArray
    measured: FloatArray
    has_past: bool

    @classmethod
    def of(
        cls,
        *,
        series: MinuteSeries,
        definition: Definition,
        exclusions: Sequence[Exclusion] = (),
        has_past: bool = False,
    ) -> Minutes:
        """From stored minutes that begin with a whole slice."""
        period = Period.from_minutes(series.start_minute, series.end_minute)
        asked: dict[str, Any] = {"series": series, "period": period, "exclusions": exclusions, "now": period.end}
        judged = spend(definition=definition, **asked)
        events = spend(definition=Definition(definition.objective, definition.window), **asked)
        ends = np.where(series.covered, np.arange(1, series.minutes + 1), 0)
        newest = np.concatenate(([0], np.maximum.accumulate(ends))) if len(ends) else np.zeros(1)
        return cls(
            start_minute=series.start_minute,
            unit=judged.unit_minutes,
            good=_running(events.good),
            valid=_running(events.valid),
            covered=_running(events.covered_minutes),
            live=_running(events.live_minutes),
            newest=newest.astype(np.int64),
            bad=_running(judged.bad),
            base=_running(judged.base),
            measured=_running(judged.measured),
            has_past=has_past,
        )

    def burn_between(self, start_minute: int, end_minute: int, budget: Decimal) -> float:
        """The burn of the slices that end in (start, end]; 0 without data."""
        first, last = ((edge - self.start_minute) // self.unit for edge in (start_minute, end_minute))
        bad, base = (float(sums[last] - sums[max(first, 0)]) for sums in (self.bad, self.base))
        return bad / (base * float(budget)) if base > 0 else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A rule over a run of instants: burn of its windows (NaN without data), and what the rule makes of each."""

    instants: IntArray  # epoch minutes
    long: FloatArray
    short: FloatArray
    fires: BoolArray  # both above, and no guard holds it back
    breaches: BoolArray  # the newest window is above
    is_known: BoolArray
    is_excluded: BoolArray


def curve_of(*, minutes: Minutes, rule: Rule, guards: Guards, definition: Definition, first: int, last: int) -> Curve:
    """What *rule* reads at each epoch minute in [first, last).

    *minutes* begin early enough for its windows, which end up to FRESH before the instant.
    """
    instants = np.arange(first, last, dtype=np.int64)
    at = instants - minutes.start_minute
    newest = minutes.newest[at]
    is_stale = (newest == 0) | (at - newest > _FRESH_MINUTES)
    ends = np.where(is_stale, at, newest)
    long = _Window(minutes, ends, rule.long // MINUTE, definition)
    short = _Window(minutes, ends, rule.short // MINUTE, definition) if rule.short is not None else long
    if not guards.needs_coverage:
        is_stale = np.zeros_like(is_stale)
    is_excluded = short.live == 0
    is_known = ~is_excluded & ~is_stale & ~np.isnan(long.burn) & ~np.isnan(short.burn)
    above_long, above_short = _breached(rule, long.burn), _breached(rule, short.burn)
    fires = is_known & above_long & above_short & _unguarded(rule, guards, long)
    return Curve(instants, long.burn, short.burn, fires, is_known & above_short, is_known, is_excluded)


def firings_of(
    *, curve: Curve, minutes: Minutes, rule: Rule, definition: Definition, window_length: timedelta
) -> list[Firing]:
    """The alerts that *rule* would have raised over the curve. window_length: of the objective."""
    hold, after = rule.hold // MINUTE, -(-rule.alert_after // MINUTE)
    # Waiting is kept while nothing is known, and broken by a known minute that does not fire, or an exclusion.
    breaks = (curve.is_known & ~curve.fires) | curve.is_excluded
    # Being over is to be seen without a break: any minute above, or unknown, begins it anew.
    is_calm = curve.is_known & ~curve.breaches
    found: list[Firing] = []
    position = 0
    while (fired := _next_firing(curve.fires, breaks, position, after)) is not None:
        ended = _next_end(is_calm, curve.is_excluded, fired, hold)
        began, peak = _beginning(curve, fired, ended)
        stop = int(curve.instants[-1 if ended is None else ended])
        burn = minutes.burn_between(began, stop, definition.budget)
        found.append(
            Firing(
                key=rule.key,
                began_at=from_minute(began),
                fired_at=from_minute(int(curve.instants[fired])),
                resolved_at=None if ended is None else from_minute(stop),
                peak=peak,
                spent=burn * ((stop - began) * MINUTE / window_length),
            )
        )
        if ended is None:
            break
        position = ended + 1
    return found


def beginning_of(*, curve: Curve) -> datetime:
    """When the burn began that the last instant of the curve reads; at the earliest where the curve begins."""
    return from_minute(int(curve.instants[_first_above(curve, len(curve.instants) - 1)]) - 1)


def _first_above(curve: Curve, fired: int) -> int:
    """The index from which on the newest window has been above until *fired*."""
    below = np.flatnonzero(~curve.breaches[:fired])
    return int(below[-1]) + 1 if len(below) else 0


def _beginning(curve: Curve, fired: int, ended: int | None) -> tuple[int, float]:
    """The minute whose events put the newest window above for good, and the highest burn of that window since."""
    first = _first_above(curve, fired)
    burns = curve.short[first : len(curve.instants) if ended is None else ended]
    return int(curve.instants[first]) - 1, float(np.nanmax(burns)) if np.isfinite(burns).any() else 0.0


def _next_firing(fires: BoolArray, breaks: BoolArray, start: int, after: int) -> int | None:
    places = start + np.flatnonzero(fires[start:])
    if not len(places):
        return None
    if not after:
        return int(places[0])
    # Waiting began at the first firing minute after the last break.
    broken = np.flatnonzero(breaks)
    last_break = np.searchsorted(broken, places) - 1
    runs = np.where(last_break >= 0, broken[np.maximum(last_break, 0)] if len(broken) else -1, -1)
    _, firsts, inverse = np.unique(runs, return_index=True, return_inverse=True)
    ripe = np.flatnonzero(places - places[firsts][inverse] >= after)
    return int(places[ripe[0]]) if len(ripe) else None


def _next_end(is_calm: BoolArray, is_excluded: BoolArray, fired: int, hold: int) -> int | None:
    """The first minute after *fired* that is excluded, or calm for *hold* without a break."""
    calm = is_calm[fired + 1 :]
    since = np.arange(len(calm)) - np.maximum.accumulate(np.where(calm, -1, np.arange(len(calm)))) - 1
    over = np.flatnonzero(calm & (since >= hold))
    excluded = np.flatnonzero(is_excluded[fired + 1 :])
    firsts = [int(found[0]) for found in (over, excluded) if len(found)]
    return fired + 1 + min(firsts) if firsts else None


class _Window:
    """Burn and counts of the windows of *length* minutes that end at the indices *ends*."""

    def __init__(self, minutes: Minutes, ends: IntArray, length: int, definition: Definition) -> None:
        starts = ends - length
        self.valid = _between(minutes.valid, starts, ends)
        self.bad_events = self.valid - _between(minutes.good, starts, ends)
        self.covered = _between(minutes.covered, starts, ends)
        self.live = _between(minutes.live, starts, ends)
        self.is_young = (minutes.covered[np.maximum(starts, 0)] == 0) & (not minutes.has_past)
        # Whole slices: as many as a burn rate of this length is made of, one at least.
        last = ends // minutes.unit
        first = last - np.maximum(1, last - starts // minutes.unit)
        bad, base, measured = (_between(sums, first, last) for sums in (minutes.bad, minutes.base, minutes.measured))
        # Multiplied before it is divided: rounded once, as where an objective is judged.
        numerator, denominator = Fraction(definition.budget).as_integer_ratio()
        has_data = (measured > 0) & (base > 0)
        self.burn = np.divide(bad * denominator, base * numerator, out=np.full(len(ends), np.nan), where=has_data)
        self.coverage = np.divide(self.covered, self.live, out=np.zeros(len(ends)), where=self.live > 0)


def _between(sums: FloatArray, starts: IntArray, ends: IntArray) -> FloatArray:
    found: FloatArray = sums[ends] - sums[np.maximum(starts, 0)]
    return found


def _breached(rule: Rule, burn: FloatArray) -> BoolArray:
    with np.errstate(invalid="ignore"):
        compare = {
            Operator.GT: np.greater,
            Operator.GTE: np.greater_equal,
            Operator.LT: np.less,
            Operator.LTE: np.less_equal,
        }
        found: BoolArray = compare[rule.op](burn, rule.threshold)
        return found


def _unguarded(rule: Rule, guards: Guards, long: _Window) -> BoolArray:
    free = np.ones(len(long.burn), dtype=np.bool_)
    if rule.op.is_upward and guards.counts_events:
        free &= (long.bad_events >= guards.min_bad_events) & (long.valid >= guards.min_valid_events)
    if guards.needs_coverage:
        many = long.bad_events >= guards.cold_start_bad_events if guards.counts_events else np.ones_like(free)
        cold = rule.op.is_upward & many & _breached(rule, long.burn * long.coverage)
        free &= cold | ~(long.is_young | (long.coverage < COVERAGE_MIN))
    return free


def _running(values: FloatArray | IntArray | BoolArray) -> FloatArray:
    sums: FloatArray = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    return sums
