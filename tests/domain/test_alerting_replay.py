"""Replay over history against a naive reference: every minute read by itself, one step after the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reliability.kit.instants import from_minute
from reliability.kit.periods import Period
from slo.domain.alerting_readings import FRESH, Guards, Reading, WindowReading
from slo.domain.alerting_replay import Minutes, curve_of, firings_of
from slo.domain.alerting_rules import Operator, Rule
from slo.domain.alerting_steps import Memory, decide
from slo.domain.budgeting import BudgetingMethod
from slo.domain.burn import burns_over
from slo.domain.definition import Definition
from slo.domain.exclusions import Exclusion
from slo.domain.minutes import MinuteSeries
from slo.domain.rolling import RollingWindow
from tests.domain.measured import NOON, runs_of_minutes, series_of

MINUTE = timedelta(minutes=1)
WINDOW = timedelta(days=1)
EVENTS = Definition(Decimal("0.95"), RollingWindow(WINDOW))
SLICES = Definition(
    Decimal("0.9"),
    RollingWindow(WINDOW),
    budgeting=BudgetingMethod.TIMESLICES,
    slice_minutes=4,
    slice_target=Decimal("0.9"),
)
Events = list[tuple[str, int]]


def naive(
    series: MinuteSeries,
    definition: Definition,
    rule: Rule,
    guards: Guards,
    exclusions: Sequence[Exclusion],
    first: int,
) -> Events:
    """Which minutes fire and which resolve, in plain loops over minutes."""
    counts = {series.start_minute + i: i for i in np.flatnonzero(series.covered).tolist()}
    excluded = {m for one in exclusions for m in range(one.period.start_minute, one.period.end_minute)}
    memory, events = Memory(), []

    def read(length: timedelta, end: int) -> WindowReading:
        span = [m for m in range(end - length // MINUTE, end) if series.start_minute <= m]
        seen = [counts[m] for m in span if m in counts and m not in excluded]
        (burn,) = burns_over(
            series=series, definition=definition, windows=(length,), exclusions=exclusions, now=from_minute(end)
        )
        live = len([m for m in range(max(end - length // MINUTE, series.start_minute), end) if m not in excluded])
        good, valid = (float(sum(column[i] for i in seen)) for column in (series.good, series.valid))
        return WindowReading(burn, good, valid, len(seen), live)

    for now in range(first, series.end_minute + 1):
        covered = [m + 1 for m in counts if m < now]
        newest = max(covered, default=None)
        is_stale = newest is None or now - newest > 5
        end = now if is_stale or newest is None else newest
        start = end - rule.long // MINUTE
        reading = Reading(
            long=read(rule.long, end),
            short=read(rule.short, end) if rule.short else None,
            is_stale=is_stale and guards.needs_coverage,
            is_young=not [m for m in counts if m < start and m not in excluded],
        )
        decision = decide(rule=rule, reading=reading, guards=guards, memory=memory, at=from_minute(now))
        memory = decision.memory
        if decision.began or decision.ended:
            events.append(("fires" if decision.began else "resolves", now))
    return events


def replayed(
    series: MinuteSeries,
    definition: Definition,
    rule: Rule,
    guards: Guards,
    exclusions: Sequence[Exclusion],
    first: int,
) -> Events:
    minutes = Minutes.of(series=series, definition=definition, exclusions=exclusions)
    curve = curve_of(
        minutes=minutes, rule=rule, guards=guards, definition=definition, first=first, last=series.end_minute + 1
    )
    events: Events = []
    for firing in firings_of(curve=curve, minutes=minutes, rule=rule, definition=definition, window_length=WINDOW):
        events.append(("fires", Period(firing.fired_at, firing.fired_at).start_minute))
        if firing.resolved_at:
            events.append(("resolves", Period(firing.resolved_at, firing.resolved_at).start_minute))
    return events


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    long = draw(st.integers(6, 40))
    short = draw(st.one_of(st.none(), st.integers(1, long - 1)))
    return Rule(
        "rule",
        "a rule",
        long * MINUTE,
        None if short is None else short * MINUTE,
        draw(st.sampled_from([0.4, 1.0, 2.0, 9.0])),
        2,
        op=draw(st.sampled_from([Operator.GT, Operator.GT, Operator.GTE, Operator.LT, Operator.LTE])),
        alert_after=draw(st.sampled_from([0, 0, 0, 3, 12])) * MINUTE,
    )


GUARDS = st.builds(
    Guards,
    min_bad_events=st.sampled_from([0.0, 5.0]),
    min_valid_events=st.sampled_from([0.0, 30.0]),
    cold_start_bad_events=st.sampled_from([0.0, 40.0, 1e9]),
    counts_events=st.booleans(),
    needs_coverage=st.sampled_from([True, True, False]),
)


@pytest.mark.parametrize("definition", [EVENTS, SLICES], ids=["events", "slices of four minutes"])
@given(
    runs=runs_of_minutes(minutes_max=400), rule=rules(), guards=GUARDS, excluded=st.tuples(*[st.integers(0, 99)] * 2)
)
def test_the_replay_decides_as_a_step_each_minute_does(
    definition: Definition, runs: Any, rule: Rule, guards: Guards, excluded: tuple[int, int]
) -> None:
    series = series_of(*runs)
    shift = series.start_minute % definition.unit_minutes
    series = series.between(start_minute=series.start_minute - shift, end_minute=series.end_minute)
    start, length = NOON - (20 + excluded[0]) * MINUTE, excluded[1] % 30
    exclusions = [Exclusion(Period(start, start + length * MINUTE))] if length else []
    first = series.start_minute + (rule.long + FRESH) // MINUTE
    asked = (series, definition, rule, guards, exclusions, first)
    assert replayed(*asked) == naive(*asked)


def test_a_firing_says_when_the_burn_began_and_what_it_spent() -> None:
    series = series_of((600, 100.0, 100.0), (40, 0.0, 100.0), (60, 100.0, 100.0))
    rule = Rule("page-1h", "page", timedelta(hours=1), timedelta(minutes=5), 10.0, 2)
    minutes = Minutes.of(series=series, definition=EVENTS)
    curve = curve_of(
        minutes=minutes,
        rule=rule,
        guards=Guards(),
        definition=EVENTS,
        first=series.start_minute + 60,
        last=series.end_minute + 1,
    )
    (firing,) = firings_of(curve=curve, minutes=minutes, rule=rule, definition=EVENTS, window_length=WINDOW)
    outage = NOON - 100 * MINUTE
    # Every event fails: the short window stands above 10× after three minutes, the hour after thirty-one.
    assert firing.fired_at == outage + 31 * MINUTE
    assert firing.began_at == outage + 2 * MINUTE
    assert firing.detection == 29 * MINUTE
    # The newest five minutes are below from the third good one on, and stay so for five.
    assert firing.resolved_at == outage + (40 + 3 + 5) * MINUTE
    assert firing.peak == pytest.approx(20.0)
    assert firing.spent == pytest.approx(38 * 20 / (24 * 60))
