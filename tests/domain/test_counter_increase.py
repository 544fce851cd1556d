"""The increase of counters per minute, against tables and a slow reference."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reliability.telemetry.domain.counts import PerMinute
from reliability.telemetry.domain.increase import increase_per_minute
from reliability.telemetry.domain.steps import steps_per_minute

GAP = timedelta(minutes=5)
START = 29_000_000  # epoch minutes


def increase(samples: list[tuple[float, float]], minutes: int = 10, gap: timedelta = GAP) -> PerMinute:
    """samples: (seconds after START, value)."""
    return increase_per_minute(
        times=np.array([START * 60_000 + round(at * 1000) for at, _ in samples], dtype=np.int64),
        values=np.array([value for _, value in samples], dtype=np.float64),
        start_minute=START,
        minutes=minutes,
        gap=gap,
    )


def test_growth_is_counted_in_the_minute_of_the_later_sample() -> None:
    found = increase([(-5, 100), (10, 103), (25, 104), (70, 110)], minutes=3)
    assert found.figure.tolist() == [4, 6, 0]
    assert found.covered.tolist() == [True, True, False]


def test_a_sample_on_the_boundary_closes_the_minute_before_it() -> None:
    found = increase([(0, 10), (60, 15), (120, 22)], minutes=3)
    assert found.figure.tolist() == [5, 7, 0]
    assert found.covered.tolist() == [True, True, False]


def test_a_reset_counts_what_came_after_it() -> None:
    found = increase([(0, 1000), (30, 1010), (60, 4), (90, 9)], minutes=2)
    assert found.figure.tolist() == [14, 5]


@pytest.mark.parametrize("huge", [1e16, 1e300], ids=["above 2^53", "10^300"])
def test_a_sample_that_counts_no_single_events_any_more_is_no_reset(huge: float) -> None:
    found = increase([(0, 1000), (30, 1010), (60, huge), (90, 1019), (120, 1020)], minutes=2)
    assert found.figure.tolist() == [10, 10]
    assert found.faulty.tolist() == [True, False]


def test_a_series_born_with_a_value_counts_from_its_first_sample() -> None:
    found = increase([(70, 500), (85, 501)], minutes=3)
    assert found.figure.tolist() == [0, 1, 0]
    assert found.covered.tolist() == [False, True, False]


def test_one_sample_measures_nothing() -> None:
    found = increase([(30, 7)], minutes=2)
    assert not found.covered.any()
    assert found.series == 1


def test_no_sample_measures_nothing() -> None:
    assert not increase([], minutes=2).covered.any()


def test_minutes_of_a_gap_are_not_covered_and_its_growth_belongs_to_no_minute() -> None:
    found = increase([(0, 0), (60, 10), (60 + 301, 99), (60 + 361, 100)], minutes=8)
    assert found.covered.tolist() == [True, False, False, False, False, False, False, True]
    assert found.figure.tolist() == [10, 0, 0, 0, 0, 0, 0, 1]


def test_slow_scrapes_share_their_growth_among_the_minutes_between() -> None:
    found = increase([(0, 0), (180, 9), (360, 15)], minutes=6)
    assert found.figure.tolist() == [3, 3, 3, 2, 2, 2]
    assert found.covered.all()


@pytest.mark.parametrize("lie", [math.nan, math.inf, -math.inf, -3.0], ids=["NaN", "infinity", "−infinity", "negative"])
def test_a_sample_that_cannot_be_true_spoils_its_own_minute_only(lie: float) -> None:
    found = increase([(0, 0), (60, 5), (90, lie), (120, 11), (180, 20)], minutes=3)
    assert found.faulty.tolist() == [False, True, False]
    assert found.figure.tolist() == [5, 6, 9]


def test_an_exact_repeat_changes_nothing_and_a_contradicting_one_is_a_fault() -> None:
    once = increase([(0, 0), (30, 4), (60, 5)], minutes=1)
    assert increase([(0, 0), (30, 4), (30, 4), (60, 5)], minutes=1).figure.tolist() == once.figure.tolist() == [5]
    assert increase([(0, 0), (30, 4), (30, 9), (60, 5)], minutes=1).faulty.tolist() == [True]


def test_samples_in_disorder_are_sorted() -> None:
    assert increase([(60, 5), (0, 0), (30, 4)], minutes=1).figure.tolist() == [5]


def _naive(samples: list[tuple[int, float]], minutes: int, gap_seconds: int) -> tuple[dict[int, float], set[int]]:
    """Sample by sample and minute by minute, as the module's rule says."""
    figure: dict[int, float] = defaultdict(float)
    covered: set[int] = set()
    for (earlier, before), (later, after) in pairwise(samples):
        if later - earlier > gap_seconds:
            continue
        growth = after if after < before else after - before
        first_minute = math.ceil(earlier / 60)  # the first that ends after the earlier sample's own minute
        last_minute = math.ceil(later / 60) - 1
        those = list(range(min(first_minute, last_minute), last_minute + 1))
        for minute in those:
            if 0 <= minute < minutes:
                figure[minute] += growth / len(those)
                covered.add(minute)
    return figure, covered


@given(
    steps=st.lists(st.integers(1, 700), max_size=60),
    growth=st.lists(st.integers(-1, 50), min_size=61, max_size=61),
    first=st.integers(-600, 600),
)
def test_it_equals_the_slow_reference(steps: list[int], growth: list[int], first: int) -> None:
    at, value, samples = first, 7, []
    for step, grown in zip([0, *steps], growth, strict=False):
        at += step
        value = 0 if grown < 0 else value + grown  # −1 is a restart
        samples.append((at, float(value)))
    figure, covered = _naive(samples, 30, 300)
    found = increase([(float(at), value) for at, value in samples], minutes=30)
    assert {int(minute) for minute in np.flatnonzero(found.covered)} == covered
    assert found.figure.tolist() == pytest.approx([figure[minute] for minute in range(30)])


@given(
    steps=st.lists(st.integers(1, 400), min_size=2, max_size=60),
    growth=st.lists(st.integers(-1, 50), min_size=61, max_size=61),
    cut=st.integers(1, 29),
)
def test_two_pieces_equal_the_whole(steps: list[int], growth: list[int], cut: int) -> None:
    """Pieces that each see a gap's length of samples around them give what the whole gives."""
    at, value, samples = -300, 0, []
    for step, grown in zip(steps, growth, strict=False):
        at += step
        value = 0 if grown < 0 else value + grown
        samples.append((START * 60_000 + at * 1000, float(value)))

    def piece(start: int, end: int) -> PerMinute:
        near = [(t, v) for t, v in samples if (start * 60 - 300) * 1000 < t - START * 60_000 <= (end * 60 + 300) * 1000]
        return increase_per_minute(
            times=np.array([t for t, _ in near], dtype=np.int64),
            values=np.array([v for _, v in near], dtype=np.float64),
            start_minute=START + start,
            minutes=end - start,
            gap=GAP,
        )

    whole, left, right = piece(0, 30), piece(0, cut), piece(cut, 30)
    assert np.concatenate([left.figure, right.figure]).tolist() == pytest.approx(whole.figure.tolist())
    assert np.concatenate([left.covered, right.covered]).tolist() == whole.covered.tolist()


def test_a_fall_of_a_sum_leaves_its_minute_unmeasured() -> None:
    times = np.array([START * 60_000 + minute * 60_000 for minute in range(5)], dtype=np.int64)
    found, falls = steps_per_minute(
        times=times, values=np.array([100.0, 110, 60, 65, 70]), start_minute=START, minutes=4, gap=GAP
    )
    assert falls == 1
    assert found.covered.tolist() == [True, False, True, True]
    assert found.figure.tolist() == [10, 0, 5, 5]
