"""Rules of error-budget policies: when they come into force, how long they stay, what no data does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reliability.gate.domain.budget_rules import Action, Measure, Reading, Rule, standing_of, words_of
from reliability.gate.domain.kinds import ChangeKind
from reliability.gate.domain.ready_made import READY_MADE
from reliability.gate.domain.terms import Terms, from_json, mistakes_of, tidied, to_json

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FREEZE = Rule(action=Action.FREEZE, threshold=0.1, until=0.3, hold_minutes=60)


def reading(left: float | None = 0.5, burn: float | None = 1.0, slo: str = "orders") -> Reading:
    return Reading(slo, slo.title(), left, burn)


def stands(rule: Rule, *readings: Reading, minutes: int | None = None) -> bool:
    since = None if minutes is None else NOW - timedelta(minutes=minutes)
    return standing_of(rule=rule, readings=readings, since=since, now=NOW).is_in_force


@pytest.mark.parametrize(
    ("left", "minutes", "expected"),
    [
        pytest.param(0.11, None, False, id="above the threshold nothing begins"),
        pytest.param(0.1, None, True, id="exactly at the threshold it begins"),
        pytest.param(-3.0, None, True, id="far below zero it begins"),
        pytest.param(0.2, 600, True, id="between threshold and until it stays"),
        pytest.param(0.3, 600, True, id="exactly at until it stays"),
        pytest.param(0.31, 600, False, id="above until it is over"),
        pytest.param(0.31, 59, True, id="above until it stays for as long as it holds at least"),
        pytest.param(0.31, 60, False, id="after its hold it is over"),
        pytest.param(None, None, False, id="no data brings nothing into force"),
        pytest.param(None, 600, True, id="no data ends nothing"),
    ],
)
def test_a_budget_rule(left: float | None, minutes: int | None, expected: bool) -> None:
    assert stands(FREEZE, reading(left), minutes=minutes) is expected


def test_a_burn_rule_begins_above_and_ends_at_or_below() -> None:
    rule = Rule(action=Action.FREEZE, measure=Measure.BURN_RATE_1H, threshold=14.4, until=1.0)
    assert not stands(rule, reading(burn=14.4))
    assert stands(rule, reading(burn=14.5))
    assert stands(rule, reading(burn=1.1), minutes=10)
    assert not stands(rule, reading(burn=1.0), minutes=10)


def test_any_objective_brings_it_into_force_and_all_must_be_back() -> None:
    good, spent, between = reading(0.9), reading(-0.2, slo="cards"), reading(0.2, slo="cards")
    standing = standing_of(rule=FREEZE, readings=[good, spent], since=None, now=NOW)
    assert standing.is_in_force
    assert standing.slo == "cards"
    assert standing.reason == "“Cards” has spent its budget: −20 % is left"
    assert stands(FREEZE, good, between, minutes=600)
    assert stands(FREEZE, good, reading(None, slo="cards"), minutes=600), "one that is not measured may still be spent"
    assert not stands(replace(FREEZE, slo="orders"), good, spent)
    assert not stands(FREEZE, minutes=600), "without objectives there is nothing to wait for"


def test_what_was_measured_long_ago_ends_nothing_and_what_it_showed_still_counts() -> None:
    back, spent = replace(reading(0.9), is_stale=True), replace(reading(-0.2), is_stale=True)
    assert stands(FREEZE, back, minutes=600), "its bad minutes leave the window while nothing is measured"
    assert stands(FREEZE, spent, minutes=600)
    assert stands(FREEZE, spent)
    assert not stands(FREEZE, back)


_LEFT = st.one_of(st.none(), st.floats(-2, 1))


@given(
    walk=st.lists(st.lists(_LEFT, min_size=2, max_size=2), min_size=1, max_size=30),
    threshold=st.floats(-1, 0.5),
    gap=st.floats(0, 0.4),
    hold=st.integers(0, 5),
)
def test_a_walk_of_budgets_is_judged_as_by_a_naive_reckoning(
    walk: list[list[float | None]], threshold: float, gap: float, hold: int
) -> None:
    rule = Rule(action=Action.FREEZE, threshold=threshold, until=threshold + gap, hold_minutes=hold)
    since: datetime | None = None
    expected_since: int | None = None
    for minute, values in enumerate(walk):
        now = NOW + timedelta(minutes=minute)
        readings = [reading(value, slo=f"slo{number}") for number, value in enumerate(values)]
        is_in_force = standing_of(rule=rule, readings=readings, since=since, now=now).is_in_force
        expected_since = _naive(values, rule, expected_since, minute)
        assert is_in_force is (expected_since is not None)
        since = (since or now) if is_in_force else None


def _naive(values: Sequence[float | None], rule: Rule, since: int | None, minute: int) -> int | None:
    if any(value is not None and value <= rule.threshold for value in values):
        return minute if since is None else since
    if since is None:
        return None
    all_back = all(value is not None and value > rule.until for value in values)
    return None if all_back and minute - since >= rule.hold_minutes else since


def test_ready_made_policies_are_valid_and_kept_unchanged() -> None:
    assert {one.terms.rules[0].action for one in READY_MADE} == {Action.FREEZE, Action.SHIFT_WORK}
    for one in READY_MADE:
        assert mistakes_of(title=one.title, terms=one.terms, slo_names=()) == []
        assert from_json(to_json(tidied(one.terms))) == tidied(one.terms)


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        pytest.param(replace(FREEZE, until=0.05), "until", id="over before it begins"),
        pytest.param(replace(FREEZE, threshold=0.5, until=1.0), "until", id="more than all of a budget"),
        pytest.param(replace(FREEZE, threshold=1.5, until=1.6), "threshold", id="a percentage instead of a share"),
        pytest.param(replace(FREEZE, threshold=float("nan")), "threshold", id="not a number"),
        pytest.param(replace(FREEZE, slo="gone"), "slo", id="an objective that there is not"),
        pytest.param(replace(FREEZE, action=Action.SHIFT_WORK), "work_percent", id="work that shifts by nothing"),
        pytest.param(
            Rule(action=Action.FREEZE, measure=Measure.BURN_RATE_1H, threshold=2, until=3),
            "until",
            id="a burn backwards",
        ),
    ],
)
def test_rules_that_make_no_sense_are_told_at_their_field(rule: Rule, field: str) -> None:
    found = mistakes_of(title="Policy", terms=Terms(rules=(rule,)), slo_names=("orders",))
    assert f"rules.0.{field}" in dict(found)


def test_two_rules_of_one_key_and_a_freeze_that_lets_everything_pass_are_refused() -> None:
    terms = Terms(rules=(FREEZE, replace(FREEZE, threshold=0.05)), passes=(ChangeKind.CHANGE,))
    assert [field for field, _ in mistakes_of(title="", terms=terms, slo_names=())] == [
        "title",
        "passes",
        "rules.1.measure",
    ]
    assert words_of(FREEZE) == (
        "any objective has 10 % of its budget or less, until it has more than 30 %, at least for 1 h"
    )
