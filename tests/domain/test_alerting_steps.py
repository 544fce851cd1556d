"""One decision: what fires, what holds it back, when it is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from slo.domain.alerting_readings import Guards, Reading, WindowReading
from slo.domain.alerting_rules import Operator, Rule
from slo.domain.alerting_steps import Memory, Why, decide
from tests.domain.measured import NOON

HOUR, FIVE = timedelta(hours=1), timedelta(minutes=5)
PAGE = Rule("page-1h", "page", HOUR, FIVE, 14.4, 2)
FIRING = Memory(firing_since=NOON - HOUR)


def window(burn: float | None, *, minutes: int = 60, valid: float = 1000.0, bad: float = 100.0, **changes: Any) -> Any:
    values = {"burn": burn, "good": valid - bad, "valid": valid, "covered": minutes, "live": minutes} | changes
    return WindowReading(**values)


def reading(long: float | None, short: float | None, **changes: Any) -> Reading:
    return Reading(window(long, **changes.pop("counts", {})), window(short, minutes=5), **changes)


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        pytest.param(reading(20, 20), Why.FIRES, id="both above fires"),
        pytest.param(reading(14.4, 20), Why.SHORT_ONLY, id="exactly at the factor does not exceed it"),
        pytest.param(reading(20, 3), Why.LONG_ONLY, id="what has ended does not fire"),
        pytest.param(reading(3, 3), Why.CALM, id="a slow burn is calm"),
        pytest.param(reading(20, None), Why.NO_DATA, id="no event in the short window decides nothing"),
        pytest.param(reading(20, 20, is_stale=True), Why.NO_DATA, id="old data decide nothing"),
        pytest.param(reading(20, 20, counts={"bad": 4.0}), Why.FEW_BAD_EVENTS, id="four bad events wake nobody"),
        pytest.param(reading(20, 20, counts={"bad": 5.0, "valid": 90.0}), Why.FEW_VALID_EVENTS, id="too few events"),
        pytest.param(
            reading(20, 20, is_young=True, counts={"covered": 30}), Why.COLD_START, id="half an hour is no hour"
        ),
        pytest.param(reading(20, 20, counts={"covered": 29}), Why.COLD_START, id="less than half was measured"),
        pytest.param(reading(20, 20, counts={"covered": 30}), Why.FIRES, id="a gap of half an hour does not hold back"),
        pytest.param(
            reading(90, 90, is_young=True, counts={"covered": 12}), Why.FIRES, id="bad enough had the rest been good"
        ),
        pytest.param(
            reading(90, 90, is_young=True, counts={"covered": 12, "bad": 49.0}),
            Why.COLD_START,
            id="bad enough, but few events",
        ),
    ],
)
def test_what_fires_and_what_holds_it_back(seen: Reading, why: Why) -> None:
    decision = decide(rule=PAGE, reading=seen, guards=Guards(min_valid_events=100), memory=Memory(), at=NOON)
    assert (decision.why, decision.began) == (why, why is Why.FIRES)
    assert decision.reason


def test_an_alert_is_over_when_the_short_window_has_been_calm_long_enough() -> None:
    memory, whys = FIRING, []
    for minute in range(8):
        burn = 20.0 if minute == 1 else 2.0  # one more bad minute begins the wait anew
        decision = decide(
            rule=PAGE,
            reading=reading(20, burn),
            guards=Guards(),
            memory=memory,
            at=NOON + minute * timedelta(minutes=1),
        )
        memory = decision.memory
        whys.append(decision.why)
    assert whys == [Why.CALMING, Why.BURNS_ON, *[Why.CALMING] * 5, Why.RESOLVES]
    assert decision.ended
    assert memory == Memory()


def test_missing_data_neither_resolve_nor_count_as_calm() -> None:
    calm = Memory(firing_since=FIRING.firing_since, calm_since=NOON - FIVE)
    decision = decide(rule=PAGE, reading=reading(20, None), guards=Guards(), memory=calm, at=NOON)
    assert (decision.why, decision.memory, decision.ended) == (Why.NO_DATA, FIRING, False)


def test_excluded_minutes_end_an_alert_and_begin_none() -> None:
    seen = Reading(window(20), window(None, covered=0, live=0, valid=0.0, bad=0.0), is_stale=True)
    ends = decide(rule=PAGE, reading=seen, guards=Guards(), memory=FIRING, at=NOON)
    assert (ends.why, ends.ended, ends.memory) == (Why.EXCLUDED, True, Memory())
    assert not decide(rule=PAGE, reading=seen, guards=Guards(), memory=Memory(), at=NOON).began


def test_a_condition_waits_for_as_long_as_it_asks() -> None:
    rule = Rule("own:slow", "slow", HOUR, None, 2, 3, op=Operator.GTE, alert_after=timedelta(minutes=10))
    first = decide(rule=rule, reading=Reading(window(2), None), guards=Guards(), memory=Memory(), at=NOON)
    assert (first.why, first.memory) == (Why.PENDING, Memory(pending_since=NOON))
    later = NOON + timedelta(minutes=10)
    broken = decide(rule=rule, reading=Reading(window(1.9), None), guards=Guards(), memory=first.memory, at=later)
    assert broken.memory == Memory()
    assert decide(rule=rule, reading=Reading(window(2), None), guards=Guards(), memory=first.memory, at=later).began


def test_the_same_step_twice_changes_nothing() -> None:
    for seen in (reading(20, 20), reading(20, 2), reading(2, 2), reading(20, None)):
        for memory in (Memory(), FIRING):
            once = decide(rule=PAGE, reading=seen, guards=Guards(), memory=memory, at=NOON)
            twice = decide(rule=PAGE, reading=seen, guards=Guards(), memory=once.memory, at=NOON)
            assert twice.memory == once.memory
            assert not twice.began
            assert not twice.ended


def test_a_ratio_without_counts_is_not_held_back_by_them() -> None:
    few = reading(20, 20, counts={"bad": 0.9, "valid": 60.0})
    guards = Guards(counts_events=False)
    assert decide(rule=PAGE, reading=few, guards=guards, memory=Memory(), at=NOON).began
