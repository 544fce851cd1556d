"""The order of the backlog: monotone in each input, never without a number, and explained."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.backlog.domain.ordering import (
    HOURS,
    MINUTES,
    TIMES_A_YEAR,
    USERS_PERCENT,
    Estimate,
    Seen,
    odds_of,
    standing,
)
from chaos.backlog.domain.states import CLOSED, State

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LIVE = sorted(set(State) - CLOSED)


def within(bounds: tuple[float, float]) -> st.SearchStrategy[float]:
    return st.floats(*bounds, allow_nan=False)


estimates = st.builds(
    Estimate,
    times_a_year=within(TIMES_A_YEAR),
    users_percent=within(USERS_PERCENT),
    minutes=within(MINUTES),
    hours_to_try=within(HOURS),
    hours_to_mend=within(HOURS),
    tier=st.integers(1, 4),
)
evidence = st.lists(
    st.builds(
        Seen,
        has_deviated=st.booleans(),
        at=st.integers(-30, 2_000).map(lambda days: NOW - timedelta(days=days)),
    ),
    max_size=8,
)


def payback(estimate: Estimate, *, state: State = State.OPEN, seen: list[Seen] | None = None) -> float:
    return standing(estimate=estimate, state=state, evidence=seen or [], now=NOW).payback


@given(estimate=estimates, state=st.sampled_from(LIVE), seen=evidence, factor=st.floats(1, 50))
def test_more_often_more_users_and_longer_never_pay_back_less(
    estimate: Estimate, state: State, seen: list[Seen], factor: float
) -> None:
    before = payback(estimate, state=state, seen=seen)
    for name in ("times_a_year", "users_percent", "minutes"):
        worse = replace(estimate, **{name: getattr(estimate, name) * factor})
        assert payback(worse, state=state, seen=seen) >= before, name


@given(estimate=estimates, state=st.sampled_from(LIVE), seen=evidence, factor=st.floats(1, 50))
def test_more_work_never_pays_back_more(estimate: Estimate, state: State, seen: list[Seen], factor: float) -> None:
    before = payback(estimate, state=state, seen=seen)
    for name in ("hours_to_try", "hours_to_mend"):
        dearer = replace(estimate, **{name: getattr(estimate, name) * factor})
        assert payback(dearer, state=state, seen=seen) <= before, name


@given(estimate=estimates, state=st.sampled_from(LIVE), seen=evidence)
def test_a_less_important_tier_halves_it(estimate: Estimate, state: State, seen: list[Seen]) -> None:
    most, least = (payback(replace(estimate, tier=tier), state=state, seen=seen) for tier in (1, 4))
    assert most == pytest.approx(8 * least)


@given(estimate=estimates, state=st.sampled_from(LIVE), seen=evidence, age=st.integers(0, 400))
def test_a_run_that_held_never_raises_it_and_one_that_deviated_never_lowers_it(
    estimate: Estimate, state: State, seen: list[Seen], age: int
) -> None:
    at = NOW - timedelta(days=age)
    before = payback(estimate, state=state, seen=seen)
    assert payback(estimate, state=state, seen=[*seen, Seen(False, at)]) <= before * (1 + 1e-12)
    assert payback(estimate, state=state, seen=[*seen, Seen(True, at)]) >= before * (1 - 1e-12)


@given(
    estimate=st.builds(
        Estimate,
        **{name: st.floats() for name in ("times_a_year", "users_percent", "minutes", "hours_to_try", "hours_to_mend")},
        tier=st.integers(-5, 50),
    ),
    state=st.sampled_from(sorted(State)),
    seen=evidence,
)
def test_it_is_a_finite_number_whatever_was_written(estimate: Estimate, state: State, seen: list[Seen]) -> None:
    found = standing(estimate=estimate, state=state, evidence=seen, now=NOW)
    for figure in (found.payback, found.odds, found.at_stake, found.work_hours):
        assert math.isfinite(figure)
    assert 0 < found.odds < 1
    assert (found.payback == 0) is (state in CLOSED)
    assert not any("nan" in reason or "inf " in reason for reason in found.reasons)


@given(seen=evidence)
def test_the_odds_do_not_hang_on_the_order_of_the_evidence(seen: list[Seen]) -> None:
    assert odds_of(evidence=seen, now=NOW) == pytest.approx(odds_of(evidence=seen[::-1], now=NOW))


def test_old_evidence_goes_back_to_even_odds() -> None:
    odds = [odds_of(evidence=[Seen(False, NOW - timedelta(days=age))], now=NOW) for age in (0, 90, 180, 3650)]
    assert odds[0] == pytest.approx(1 / 3)
    assert odds[1] == pytest.approx(1 / 2.5)
    assert odds == sorted(odds)
    assert odds[-1] == pytest.approx(0.5, abs=1e-9)


def test_it_is_reckoned_as_the_page_says() -> None:
    estimate = Estimate(times_a_year=4, users_percent=50, minutes=30, hours_to_try=2, hours_to_mend=16, tier=2)
    found = standing(estimate=estimate, state=State.OPEN, evidence=[], now=NOW)
    assert found.at_stake == pytest.approx(4 * 0.5 * 30 * 0.5 * 0.5)
    assert found.work_hours == pytest.approx(2 + 0.5 * 16)
    assert found.payback == pytest.approx(15 / 10)
    assert found.reasons == (
        "It strikes 4 times a year, 50 % of users notice, for 30 min each time; a minute of tier 2 weighs 0.5.",
        "Nothing was tried yet: the odds that it is true are even, 50 %.",
        "At stake: 4 × 0.5 × 30 × 0.5 × 0.5 = 15 weighted bad minutes a year.",
        "Work: 2 h to try it, and with odds of 0.5 another 16 h to mend it: 10 h.",
        "Payback: 15 ÷ 10 = 1.5 min a year for an hour.",
    )


def test_what_runs_taught_is_said() -> None:
    estimate = Estimate(times_a_year=4, users_percent=50, minutes=30, hours_to_try=2, hours_to_mend=16)
    seen = [Seen(False, NOW), Seen(False, NOW - timedelta(days=90))]
    found = standing(estimate=estimate, state=State.REFUTED, evidence=seen, now=NOW)
    assert "2 runs held (worth 1.5 by age): lower the odds that it is true from 50 % to 29 %." in found.reasons


def test_of_a_confirmed_one_only_mending_is_left() -> None:
    estimate = Estimate(times_a_year=4, users_percent=50, minutes=30, hours_to_try=900, hours_to_mend=16)
    assert standing(estimate=estimate, state=State.CONFIRMED, evidence=[], now=NOW).work_hours == 16
