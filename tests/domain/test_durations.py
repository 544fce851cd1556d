from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reliability.kit.durations import DurationError, format_duration, humanize_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5m", timedelta(minutes=5)),
        ("1h30m", timedelta(minutes=90)),
        ("28d", timedelta(days=28)),
        ("4w", timedelta(days=28)),
        (" 45s ", timedelta(seconds=45)),
    ],
)
def test_durations_are_read(text: str, expected: timedelta) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a duration"),
        ("5", "is not a duration"),
        ("1M", "is not a duration"),
        ("-5m", "is not a duration"),
        ("1.5h", "is not a duration"),
        ("5m\n6", "is not a duration"),
        ("٥m" * 2 + "!", "is not a duration"),
        ("0s", "longer than zero"),
        ("4000d", "longer than ten years"),
        ("9" * 39 + "d", "longer than ten years"),
        ("1m" * 30, "at most 40 characters"),
    ],
)
def test_anything_else_is_refused_in_words(text: str, message: str) -> None:
    with pytest.raises(DurationError, match=message):
        parse_duration(text)


@given(st.integers(1, 3660 * 86400))
def test_what_is_written_is_read_again(seconds: int) -> None:
    assert parse_duration(format_duration(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(hours=4, minutes=12, seconds=9), "4 h 12 min"),
        (timedelta(days=28), "28 days"),
        (timedelta(days=1, minutes=3), "1 day"),
        (timedelta(seconds=45), "45 s"),
        (timedelta(seconds=59.7), "1 min"),
        (timedelta(0), "0 s"),
        (-timedelta(minutes=5), "−5 min"),
    ],
)
def test_people_read_two_units_at_most(duration: timedelta, words: str) -> None:
    assert humanize_duration(duration) == words
