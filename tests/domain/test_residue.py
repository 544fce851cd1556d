"""Differences of running sums against exact fractions: idle stretches are idle, whole counts are exact."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reliability.kit.counting import COUNT_MAX, EXACT_MAX
from slo.domain.residue import slack_of, without_residue

WHOLE = st.integers(0, 10**6).map(float)
FRACTIONAL = st.floats(1e-3, 1e6)
HUGE = st.floats(COUNT_MAX / 2, COUNT_MAX)
IDLE = st.just(0.0)
SHARES = st.sampled_from([0.0, 1.0]) | st.floats(0.0, 1.0)
HOURS = st.lists(st.tuples(st.one_of(IDLE, FRACTIONAL, WHOLE), SHARES), min_size=1, max_size=40)


def differences(before: list[float], sums: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """The running sums at both edges of every stretch, as the store adds them up."""
    running = np.concatenate((before, sums)).cumsum()[len(before) - 1 :]
    starts, ends = np.triu_indices(len(running))
    return running[starts], running[ends]


def slack_at(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    reach = np.full(len(start), np.abs(end).max())
    return np.maximum(slack_of(sums=start, reach=reach), slack_of(sums=end, reach=reach))


def windows(good: list[float], valid: list[float], past: list[float]) -> list[tuple[float, float]]:
    good_start, good_end = differences(past, good)
    valid_start, valid_end = differences(past, valid)
    answer = without_residue(
        good=good_end - good_start,
        valid=valid_end - valid_start,
        good_slack=slack_at(good_start, good_end),
        valid_slack=slack_at(valid_start, valid_end),
    )
    return list(zip(answer[0].tolist(), answer[1].tolist(), strict=True))


def truths(good: list[float], valid: list[float]) -> list[tuple[Fraction, Fraction]]:
    starts, ends = np.triu_indices(len(good) + 1)
    pairs = zip(starts.tolist(), ends.tolist(), strict=True)
    return [(sum(map(Fraction, good[a:b]), Fraction()), sum(map(Fraction, valid[a:b]), Fraction())) for a, b in pairs]


@given(HOURS, st.lists(st.one_of(FRACTIONAL, HUGE), min_size=1, max_size=40))
def test_fractional_counts_have_no_residue_whatever_lies_beside_them(
    hours: list[tuple[float, float]], past: list[float]
) -> None:
    valid = [count for count, _ in hours]
    good = [count * share for count, share in hours]
    top = sum(past) + sum(valid)
    slack = 2 * 4096 * float(np.spacing(top))
    for (good_found, valid_found), (good_true, valid_true) in zip(
        windows(good, valid, past), truths(good, valid), strict=True
    ):
        if valid_true == 0:
            assert (good_found, valid_found) == (0.0, 0.0)
        if good_true == valid_true:
            assert good_found == valid_found
        if good_true == 0:
            assert good_found == 0.0
        assert 0.0 <= good_found <= valid_found
        assert abs(Fraction(good_found) - good_true) <= slack
        assert abs(Fraction(valid_found) - valid_true) <= slack


@given(
    st.lists(st.tuples(st.integers(0, 60 * COUNT_MAX), SHARES), min_size=1, max_size=40),
    st.integers(0, EXACT_MAX - 40 * 60 * COUNT_MAX),
)
def test_whole_counts_are_exact_to_the_last_event(hours: list[tuple[int, float]], past: int) -> None:
    valid = [count for count, _ in hours]
    good = [int(count * share) for count, share in hours]
    good = [min(pair) for pair in zip(good, valid, strict=True)]
    found = windows([float(one) for one in good], [float(one) for one in valid], [float(past)])
    assert [(Fraction(a), Fraction(b)) for a, b in found] == truths(
        [float(one) for one in good], [float(one) for one in valid]
    )


def test_good_above_valid_stays_a_fault() -> None:
    good, valid = without_residue(
        good=np.array([3.0, -2.0]),
        valid=np.array([2.0, 5.0]),
        good_slack=np.full(2, 1e-6),
        valid_slack=np.full(2, 1e-6),
    )
    assert (good.tolist(), valid.tolist()) == ([3.0, -2.0], [2.0, 5.0])
