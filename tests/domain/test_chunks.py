from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.domain.chunks import (
    FULL_COVERAGE,
    HOUR_MINUTES,
    ChunkError,
    coverage_bits,
    coverage_masks,
    join_hours,
    pack,
    unpack_many,
)
from slo.domain.minutes import MinuteSeries

COUNTS = st.one_of(
    st.integers(0, 255).map(float),
    st.integers(0, 2**53).map(float),
    st.floats(0, 1),
    st.floats(0, allow_infinity=False, allow_nan=False),
    st.sampled_from([0.0, 1.0, 1000.0]),
)
HOURS = st.lists(COUNTS, min_size=60, max_size=60)


@given(
    st.lists(st.one_of(HOURS, st.integers(0, 2**40).map(lambda base: [base + m % 7.0 for m in range(60)])), max_size=5)
)
def test_every_count_comes_back_to_the_last_bit(hours: list[list[float]]) -> None:
    blobs = [pack(np.array(hour)) for hour in hours]
    assert all(len(blob) <= 481 for blob in blobs)
    assert np.array_equal(unpack_many(blobs), np.array(hours).reshape(-1, HOUR_MINUTES))
    assert all(np.array_equal(unpack_many([blob])[0], hour) for blob, hour in zip(blobs, hours, strict=True))


@pytest.mark.parametrize(
    ("values", "size"),
    [
        pytest.param(np.zeros(60), 0, id="no events take no bytes"),
        pytest.param(np.ones(60), 9, id="a constant takes nine"),
        pytest.param(np.full(60, 0.999), 9, id="a constant ratio takes nine"),
        pytest.param(1_000_000.0 + np.arange(60), 69, id="much traffic of little spread takes a byte a minute"),
        pytest.param(np.arange(60) * 1000.0, 129, id="a spread of thousands takes two bytes a minute"),
        pytest.param(np.arange(60) * 1e7, 249, id="a spread of millions takes four"),
        pytest.param(np.arange(60) * 1e12, 481, id="a spread beyond 2^32 is kept as it is"),
        pytest.param(np.arange(60) / 7, 481, id="fractions are kept as they are"),
    ],
)
def test_an_hour_takes_the_bytes_that_are_documented(values: np.ndarray, size: int) -> None:
    blob = pack(values)
    assert len(blob) == size
    assert np.array_equal(unpack_many([blob])[0], values)


@pytest.mark.parametrize(
    "values",
    [np.zeros(59), np.full(60, np.nan), np.full(60, np.inf), np.full(60, -1.0), np.zeros((60, 1))],
    ids=["59 minutes", "no numbers", "infinite", "negative", "two dimensions"],
)
def test_what_is_no_hour_of_counts_is_refused(values: np.ndarray) -> None:
    with pytest.raises(ChunkError):
        pack(values)


@pytest.mark.parametrize("blob", [b"\x01", b"\x02" + bytes(68), b"\x08" + bytes(479), bytes(500)])
def test_damaged_bytes_are_refused(blob: bytes) -> None:
    with pytest.raises(ChunkError):
        unpack_many([blob])


@given(st.lists(st.integers(0, FULL_COVERAGE), max_size=5))
def test_masks_name_their_minutes_and_fit_a_signed_column(masks: list[int]) -> None:
    bits = coverage_bits(masks)
    assert coverage_masks(bits).tolist() == masks
    assert [[bool(mask >> minute & 1) for minute in range(60)] for mask in masks] == bits.tolist()


@given(st.integers(0, 10**8), st.lists(st.one_of(st.none(), st.integers(0, 10)), max_size=400), st.randoms())
def test_a_series_cut_into_hours_in_any_order_is_the_series_again(
    start: int, counts: list[int | None], random: object
) -> None:
    valid = np.array([float(count or 0) for count in counts])
    covered = np.array([count is not None for count in counts], dtype=np.bool_)
    series = MinuteSeries(start, np.floor(valid / 2), valid, covered)
    first, end = start // 60, -(-series.end_minute // 60)
    around = (start - first * 60, end * 60 - series.end_minute)
    good_hours, valid_hours = (
        np.pad(values, around).reshape(-1, HOUR_MINUTES) for values in (series.good, series.valid)
    )
    bits = np.pad(series.covered, around).reshape(-1, HOUR_MINUTES)
    order = list(range(end - first))
    random.shuffle(order)  # type: ignore[attr-defined]  # st.randoms() is random.Random
    joined = join_hours(
        hours=[first + hour for hour in order],
        good=unpack_many([pack(good_hours[hour]) for hour in order]),
        valid=unpack_many([pack(valid_hours[hour]) for hour in order]),
        coverage=coverage_masks(bits)[order],
        start_minute=series.start_minute,
        end_minute=series.end_minute,
    )
    assert joined.start_minute == series.start_minute
    for name in ("good", "valid", "covered"):
        assert np.array_equal(getattr(joined, name), getattr(series, name))


def test_hours_outside_what_is_asked_for_are_left_out() -> None:
    joined = join_hours(
        hours=[9, 10, 12],
        good=np.ones((3, 60)),
        valid=np.ones((3, 60)),
        coverage=[FULL_COVERAGE] * 3,
        start_minute=10 * 60 + 30,
        end_minute=12 * 60,
    )
    assert (joined.minutes, int(joined.covered.sum()), joined.good.sum()) == (90, 30, 30)
