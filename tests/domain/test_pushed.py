"""The parser of pushed rows: whatever arrives, it answers with rows and reasons, never with a crash."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reliability.telemetry.domain.pushed import PushedBodyError, PushedRows, TooManyRowsError, Wire, parse_pushed

ROWS_MAX = 1000

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELD_VALUES = JSON_VALUES | st.sampled_from(["2026-03-02T10:00:00Z", "checkout", 1, 2.5, 0, 1772445600])
ODD_ROWS = st.dictionaries(st.sampled_from(["sli", "start", "good", "bad", "valid", "vaild"]), FIELD_VALUES, max_size=5)
GOOD_ROWS = st.builds(
    lambda name, minute, good, more: {
        "sli": name,
        "start": (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)).isoformat(),
        "good": good,
        "valid": good + more,
    },
    st.sampled_from(["a", "b", "c"]),
    st.integers(0, 100_000),
    st.integers(0, 10**9),
    st.integers(0, 10**9),
)


def parse(body: bytes, wire: Wire = Wire.JSON, *, needs_whole_minutes: bool = False) -> PushedRows:
    return parse_pushed(body, wire=wire, rows_max=ROWS_MAX, needs_whole_minutes=needs_whole_minutes)


def dumped(rows: list[Any]) -> bytes:
    return orjson.dumps(rows)


@given(st.binary(max_size=200), st.sampled_from(Wire))
def test_any_bytes_give_rows_or_a_reason(body: bytes, wire: Wire) -> None:
    try:
        rows = parse(body, wire)
    except PushedBodyError:
        return
    assert rows.total == len(rows.errors) + len(rows.codes)


@given(st.lists(ODD_ROWS | JSON_VALUES, max_size=8), st.booleans())
def test_every_row_is_taken_or_refused_once(rows: list[Any], needs_whole_minutes: bool) -> None:
    parsed = parse(dumped(rows), needs_whole_minutes=needs_whole_minutes)
    assert sorted([*parsed.indexes.tolist(), *(error.index for error in parsed.errors)]) == list(range(len(rows)))
    assert all(error.reason and error.message for error in parsed.errors)
    assert all(0 <= good <= valid < math.inf for good, valid in zip(parsed.good, parsed.valid, strict=True))


@given(st.lists(GOOD_ROWS, max_size=20))
def test_good_rows_come_out_as_they_went_in(rows: list[dict[str, Any]]) -> None:
    parsed = parse(dumped(rows), needs_whole_minutes=True)
    assert not parsed.errors
    for place, row in enumerate(rows):
        assert parsed.names[parsed.codes[place]] == row["sli"]
        assert parsed.minutes[place] * 60 == datetime.fromisoformat(row["start"]).timestamp()
        assert (parsed.good[place], parsed.valid[place]) == (row["good"], row["valid"])


@given(st.lists(GOOD_ROWS | ODD_ROWS, max_size=10))
def test_lines_and_list_mean_the_same(rows: list[Any]) -> None:
    one = parse(dumped(rows))
    other = parse(b"\n".join(orjson.dumps(row) for row in rows), Wire.NDJSON)
    assert one.errors == other.errors
    assert one.minutes.tolist() == other.minutes.tolist()
    assert one.valid.tolist() == other.valid.tolist()


def test_bad_is_counted_off_exactly() -> None:
    rows = [
        {"sli": "a", "start": 60, "bad": 3, "valid": 10},
        {"sli": "a", "start": 60, "bad": 3, "good": 7, "valid": None},
    ]
    parsed = parse(dumped(rows))
    assert parsed.errors == []
    assert parsed.good.tolist() == [7, 7]
    assert parsed.valid.tolist() == [10, 10]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"sli": "a", "start": 60, "good": 1}, "missing_field"),
        ({"start": 60, "good": 1, "valid": 1}, "missing_field"),
        ({"sli": "a", "good": 1, "valid": 1}, "missing_field"),
        ({"sli": 7, "start": 60, "good": 1, "valid": 1}, "missing_field"),
        ({"sli": "a" * 64, "start": 60, "good": 1, "valid": 1}, "invalid_name"),
        ({"sli": "a\x00", "start": 60, "good": 1, "valid": 1}, "invalid_name"),
        ({"sli": "a", "start": 60, "good": True, "valid": 1}, "invalid_count"),
        ({"sli": "a", "start": 60, "good": 1, "valid": 1e16}, "invalid_count"),
        ({"sli": "a", "start": 60, "good": 1, "valid": 10**10 + 1}, "invalid_count"),
        ({"sli": "a", "start": 60, "good": 9e9, "bad": 9e9}, "invalid_count"),
        ({"sli": "a", "start": 60, "good": -1, "valid": 1}, "invalid_count"),
        ({"sli": "a", "start": False, "good": 1, "valid": 1}, "invalid_start"),
        ({"sli": "a", "start": -60, "good": 1, "valid": 1}, "invalid_start"),
        ({"sli": "a", "start": "2026-03-02T10:00:00", "good": 1, "valid": 1}, "invalid_start"),
        ({"sli": "a", "start": "2026-03-02T10:00:01Z", "good": 1, "valid": 1}, "not_a_whole_minute"),
    ],
)
def test_each_mistake_has_its_reason(row: dict[str, Any], reason: str) -> None:
    assert [error.reason for error in parse(dumped([row]), needs_whole_minutes=True).errors] == [reason]


def test_the_bound_on_rows_is_exact() -> None:
    row = {"sli": "a", "start": 60, "good": 1, "valid": 1}
    assert parse(dumped([row] * ROWS_MAX)).total == ROWS_MAX
    with pytest.raises(TooManyRowsError, match="1,000 rows"):
        parse(dumped([row] * (ROWS_MAX + 1)))
