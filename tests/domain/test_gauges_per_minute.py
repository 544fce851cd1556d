"""Gauges: shares of minutes, values that hold, and series put together."""

from __future__ import annotations

import math
from datetime import timedelta

import numpy as np

from reliability.telemetry.domain.counts import PerMinute
from reliability.telemetry.domain.gauge import holds, mean_of, share_per_minute, worst_of

START = 1000


def share(samples: list[tuple[float, float]], minutes: int = 4, gap: int = 300) -> PerMinute:
    return share_per_minute(
        times=np.array([START * 60_000 + round(at * 1000) for at, _ in samples], dtype=np.int64),
        values=np.array([value for _, value in samples], dtype=np.float64),
        start_minute=START,
        minutes=minutes,
        gap=timedelta(seconds=gap),
        minimum=0,
        maximum=1,
    )


def test_a_minute_is_the_mean_of_its_samples() -> None:
    found = share([(15, 1), (30, 0), (45, 1), (60, 1), (61, 0)])
    assert found.figure.tolist() == [0.75, 0, 0, 0]
    assert found.covered.tolist() == [True, True, False, False]


def test_a_value_holds_until_the_next_sample_within_the_gap() -> None:
    found = share([(10, 1), (190, 0)])
    assert found.figure.tolist() == [1, 1, 1, 0]
    assert found.covered.all()


def test_a_longer_gap_is_not_measured() -> None:
    assert share([(10, 1), (190, 0)], gap=120).covered.tolist() == [True, False, False, True]


def test_nan_is_no_traffic_and_no_fault() -> None:
    found = share([(10, 1), (70, math.nan), (130, 1)])
    assert found.covered.tolist() == [True, False, True, False]
    assert not found.faulty.any()


def test_a_ratio_above_one_is_a_fault_of_its_minute() -> None:
    found = share([(10, 1), (70, 1.5), (130, math.inf)])
    assert found.faulty.tolist() == [False, True, True, False]


def test_several_series_give_their_mean_or_their_worst_where_measured() -> None:
    one, other = share([(10, 1), (70, 1)], gap=1), share([(10, 0.5)], gap=1)
    assert mean_of([one, other], 4).figure.tolist() == [0.75, 1, 0, 0]
    assert worst_of([one, other], 4).figure.tolist() == [0.5, 1, 0, 0]
    assert worst_of([one, other], 4).covered.tolist() == [True, True, False, False]


def test_no_series_is_not_measured() -> None:
    assert not mean_of([], 4).covered.any()


def test_a_comparison_is_one_zero_or_unknown() -> None:
    values = np.array([0.1, 0.5, 0.6, math.nan, math.inf])
    assert np.array_equal(
        holds(values=values, op="lte", threshold=0.5), np.array([1, 1, 0, math.nan, 0]), equal_nan=True
    )
