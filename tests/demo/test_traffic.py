"""The demo's traffic: the same numbers whoever asks, and troubles where they were put."""

from __future__ import annotations

import numpy as np
import pytest

from reliability.demo.domain.traffic import Minutes, Traffic, Trouble, traffic_between

ANCHOR = 29_000_000 - 29_000_000 % 60


def between(traffic: Traffic, start: int, end: int) -> Minutes:
    return traffic_between(traffic=traffic, anchor_minute=ANCHOR, start_minute=ANCHOR + start, end_minute=ANCHOR + end)


@pytest.mark.parametrize("cut", [1, 59, 60, 61, 119], ids=lambda cut: f"cut after {cut} minutes")
def test_a_period_read_in_two_pieces_gives_the_same_numbers(cut: int) -> None:
    traffic = Traffic(seed=3, requests_per_minute=200, bad_fraction=0.01)
    whole, first, second = between(traffic, -7, 173), between(traffic, -7, cut), between(traffic, cut, 173)
    assert np.array_equal(whole.valid, np.concatenate([first.valid, second.valid]))
    assert np.array_equal(whole.good, np.concatenate([first.good, second.good]))


def test_trouble_is_where_it_was_put_and_nowhere_else() -> None:
    traffic = Traffic(seed=1, requests_per_minute=500, bad_fraction=0.0, troubles=(Trouble(-1, 30, 0.5),))
    minutes = between(traffic, -120, 0)
    bad = minutes.valid - minutes.good
    assert bad[:60].sum() == 0
    assert (bad[60:90] > 0).all()
    assert bad[90:].sum() == 0


def test_nothing_is_measured_in_a_silence() -> None:
    traffic = Traffic(seed=1, requests_per_minute=5, bad_fraction=0.0, silences=(Trouble(-0.5, 10),))
    assert between(traffic, -60, 0).covered.tolist() == [True] * 30 + [False] * 10 + [True] * 20


def test_a_probe_is_one_check_a_minute() -> None:
    minutes = between(Traffic(seed=1, requests_per_minute=1, bad_fraction=0.1, is_probe=True), 0, 600)
    assert set(minutes.valid) == {1.0}
    assert set(minutes.good) == {0.0, 1.0}


def test_an_empty_period_has_no_minutes() -> None:
    assert between(Traffic(seed=1, requests_per_minute=1, bad_fraction=0), 5, 5).valid.size == 0
