"""Bounds of classic buckets compared as numbers, and native histograms by fraction."""

from __future__ import annotations

import math
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reliability.telemetry.domain.histogram import (
    NativeHistogram,
    le_pattern,
    missing_bucket_message,
    nearest_bounds,
    parse_le,
)


@pytest.mark.parametrize("text", ["1", "1.0", "1e0", "1e+00", "+1", "01.000", "10e-1"])
def test_a_bound_is_a_number_however_it_is_written(text: str) -> None:
    assert parse_le(text) == 1


@pytest.mark.parametrize("text", ["", "one", "0x1", "nan", "1_0", "1 "])
def test_what_is_no_number_is_no_bound(text: str) -> None:
    assert parse_le(text) is None


def test_infinity_is_the_bound_of_everything() -> None:
    assert parse_le("+Inf") == math.inf


@given(st.floats(1e-9, 1e9))
def test_the_pattern_finds_each_bound_as_clients_write_it(bound: float) -> None:
    pattern = re.compile(le_pattern([bound]))
    shortest = Decimal(repr(bound))  # what Go, Python and Java write
    for text in (repr(bound), f"{shortest:f}", f"{shortest:e}", f"{shortest:E}", f"+{shortest:f}", "+Inf"):
        assert parse_le(text) in (bound, math.inf)
        assert pattern.fullmatch(text), text


@pytest.mark.parametrize(
    ("bound", "texts"),
    [
        (0.3, ["0.3", ".3", "0.30", "3e-1", "3.0e-01"]),
        (1.0, ["1", "1.0", "1e0", "1e+00"]),
        (1000.0, ["1000", "1000.0", "1e3", "1e+03"]),
        (0.00025, ["0.00025", "2.5e-4", "2.5e-04"]),
    ],
)
def test_the_pattern_knows_the_usual_forms(bound: float, texts: list[str]) -> None:
    pattern = re.compile(le_pattern([bound]))
    assert [text for text in texts if not pattern.fullmatch(text)] == []


def test_the_pattern_lets_other_bounds_out() -> None:
    pattern = re.compile(le_pattern([0.3, 1.0]))
    assert not [text for text in ("0.03", "3", "0.31", "10", "0.1", "13") if pattern.fullmatch(text)]


def test_the_nearest_buckets_are_named_as_they_are_written() -> None:
    assert nearest_bounds(["0.1", "0.25", "5e-1", "+Inf"], 0.3) == ("0.25", "5e-1")
    message = missing_bucket_message(metric="m_bucket", threshold=0.3, bounds=["0.25", "0.5", "+Inf"])
    assert 'le="0.25"' in message
    assert 'le="0.5"' in message


def test_a_metric_without_buckets_is_called_so() -> None:
    assert "no buckets" in missing_bucket_message(metric="m", threshold=0.3, bounds=["+Inf"])


HISTOGRAM = NativeHistogram(count=12, buckets=((-0.001, 0.001, 2), (0.25, 0.5, 4), (0.5, 1, 6)))


@pytest.mark.parametrize(
    ("threshold", "at_most"),
    [
        (0.5, 6.0),
        (1.0, 12.0),
        (2.0, 12.0),
        (0.25, 2.0),
        (0.001, 2.0),
        (0.0, 1.0),
        (math.sqrt(0.25 * 0.5), 4.0),  # the middle of an exponential bucket is its geometric mean
        (math.sqrt(0.5), 9.0),
    ],
)
def test_observations_below_a_threshold_are_interpolated_in_their_bucket(threshold: float, at_most: float) -> None:
    assert HISTOGRAM.at_most(threshold) == pytest.approx(at_most)
