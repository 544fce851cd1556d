from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.domain.minutes import MinuteSeries, SeriesError, sound
from slo.domain.totals import Totals
from tests.domain.measured import series_of


def test_arrays_of_different_lengths_are_no_series() -> None:
    with pytest.raises(SeriesError, match="of one length"):
        MinuteSeries(0, np.zeros(2), np.zeros(3), np.zeros(2, dtype=np.bool_))


@given(st.integers(-50, 60), st.integers(0, 80))
def test_a_cut_has_the_minutes_asked_for_and_knows_nothing_of_others(start: int, length: int) -> None:
    series = MinuteSeries(0, np.arange(20.0), np.arange(20.0), np.ones(20, dtype=np.bool_))
    cut = series.between(start_minute=start, end_minute=start + length)
    known = [minute for minute in range(start, start + length) if 0 <= minute < 20]
    assert (cut.start_minute, cut.minutes) == (start, length)
    assert cut.valid[cut.covered].tolist() == known
    assert (np.flatnonzero(cut.covered) + start).tolist() == known


def test_good_above_valid_by_rounding_is_valid_and_by_more_is_a_fault() -> None:
    series = series_of((1, 0.1 + 0.2, 0.3), (1, 0.4, 0.3))
    assert 0.1 + 0.2 > 0.3
    clean = sound(series)
    assert clean.faulty_minutes == 1
    assert clean.series.good.tolist() == [0.3, 0.0]


def test_a_minute_above_the_bound_is_a_fault_and_one_at_it_is_not() -> None:
    clean = sound(series_of((1, 1e10, 1e10), (1, 1.0, 1e10 + 2), (1, 1e300, 1e300)))
    assert clean.series.covered.tolist() == [True, False, False]
    assert clean.faulty_minutes == 2
    assert sound(clean.series, count_max=10).faulty_minutes == 1


def test_uncovered_minutes_are_zero_whatever_they_held() -> None:
    series = MinuteSeries(0, np.array([np.nan, 3.0]), np.array([np.inf, 3.0]), np.array([False, True]))
    clean = sound(series)
    assert (clean.series.good.tolist(), clean.series.valid.tolist()) == ([0.0, 3.0], [0.0, 3.0])
    assert clean.faulty_minutes == 0


def test_the_coverage_of_no_minutes_is_none_at_all() -> None:
    assert (Totals(90, 100, 50, 60).coverage, Totals(0, 0, 0, 0).coverage) == (50 / 60, 0.0)
