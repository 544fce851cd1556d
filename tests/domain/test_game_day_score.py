"""The score of a game day: what is pending is no success, and no answer that got better makes it worse."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.gamedays.domain.score import (
    WEIGHTS,
    Parts,
    first_since,
    is_detected,
    is_final,
    score_of,
    score_of_day,
)
from chaos.gamedays.domain.states import Tri

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
answers = st.sampled_from(Tri)
parts = st.builds(Parts, held=answers, detected=st.one_of(st.none(), answers), responded=answers, faults_gone=answers)


@given(parts)
def test_a_score_is_a_share_and_none_only_while_nothing_is_known(one: Parts) -> None:
    score = score_of(one)
    if score is None:
        assert all(answer is Tri.PENDING for _, answer in one.asked())
    else:
        assert 0.0 <= score <= 1.0


@given(parts, st.sampled_from(sorted(WEIGHTS)))
def test_a_yes_in_place_of_anything_else_never_lowers_it(one: Parts, name: str) -> None:
    better = replace(one, **{name: Tri.YES})
    if getattr(one, name) is not None:
        assert (score_of(better) or 0.0) >= (score_of(one) or 0.0)


@given(parts, st.sampled_from(sorted(WEIGHTS)))
def test_pending_counts_as_no_as_long_as_it_is_pending(one: Parts, name: str) -> None:
    pending, no = replace(one, **{name: Tri.PENDING}), replace(one, **{name: Tri.NO})
    if name != "faults_gone":
        assert (score_of(pending) or 0.0) == (score_of(no) or 0.0)
    assert not is_final(pending)


@given(parts)
def test_only_all_yes_is_a_full_score(one: Parts) -> None:
    assert (score_of(one) == 1.0) == all(answer is Tri.YES for _, answer in one.asked())


@given(parts)
def test_a_fault_that_stayed_is_zero_whatever_else_went_well(one: Parts) -> None:
    assert score_of(replace(one, faults_gone=Tri.NO)) == 0.0


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=30))
def test_a_day_is_between_its_worst_and_its_best_scenario(scores: list[float | None]) -> None:
    day = score_of_day(scores)
    known = [one or 0.0 for one in scores]
    if day is None:
        assert all(one is None for one in scores)
    else:
        assert min(known) - 1e-9 <= day <= max(known) + 1e-9


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (Parts(Tri.YES, Tri.YES, Tri.YES, Tri.YES), 1.0),
        (Parts(Tri.NO, Tri.YES, Tri.YES, Tri.YES), 0.6),
        (Parts(Tri.YES, Tri.NO, Tri.PENDING, Tri.YES), 0.5),
        (Parts(Tri.YES, None, Tri.NO, Tri.YES), 50 / 70),
        (Parts(Tri.PENDING, None, Tri.PENDING, Tri.PENDING), None),
    ],
    ids=["all went well", "the hypothesis did not hold", "a pending response", "nobody was to notice", "nothing known"],
)
def test_the_weights_are_those_of_the_documentation(one: Parts, expected: float | None) -> None:
    assert score_of(one) == (None if expected is None else pytest.approx(expected))


@given(st.integers(0, 7200), st.integers(1, 60))
def test_detected_in_time_means_within_the_minutes_that_were_expected(seconds: int, minutes: int) -> None:
    found = is_detected(
        fault_at=NOW, first_at=NOW + timedelta(seconds=seconds), expected_minutes=minutes, is_over=True, now=NOW
    )
    assert found is (Tri.YES if seconds <= minutes * 60 else Tri.NO)


def test_nothing_noticed_is_pending_until_it_is_too_late() -> None:
    asked: dict[str, Any] = {"fault_at": NOW, "first_at": None, "expected_minutes": 5}
    assert is_detected(**asked, is_over=False, now=NOW + timedelta(minutes=5)) is Tri.PENDING
    assert is_detected(**asked, is_over=False, now=NOW + timedelta(minutes=6)) is Tri.NO
    assert is_detected(**asked, is_over=True, now=NOW) is Tri.NO
    assert is_detected(fault_at=None, first_at=None, expected_minutes=5, is_over=True, now=NOW) is Tri.PENDING
    assert is_detected(fault_at=NOW, first_at=None, expected_minutes=None, is_over=True, now=NOW) is None


def test_what_was_noticed_before_the_fault_is_something_else() -> None:
    instants = [NOW - timedelta(seconds=1), NOW + timedelta(seconds=40), NOW]
    assert first_since(fault_at=NOW, instants=instants) == NOW
    assert first_since(fault_at=None, instants=instants) is None
