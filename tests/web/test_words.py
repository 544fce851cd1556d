"""Numbers and times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reliability.web.words import (
    decimal_of,
    duration_text,
    number_text,
    percent_text,
    relative_text,
)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(Decimal("99.95"), "99.95 %", id="two nines and a half"),
        pytest.param(Decimal("99.999"), "99.999 %", id="five nines keep all of them"),
        pytest.param(Decimal("99.9"), "99.9 %", id="no trailing zeros"),
        pytest.param(Decimal("99.9962345"), "99.9962 %", id="two digits of what is missing"),
        pytest.param(Decimal("99.99999999"), "99.9999999 %", id="almost all never reads as all"),
        pytest.param(Decimal(100), "100 %", id="all"),
        pytest.param(Decimal(0), "0 %", id="nothing"),
        pytest.param(Decimal("71.264"), "71.3 %", id="one place in the middle"),
        pytest.param(Decimal("0.0421"), "0.042 %", id="two digits of a small share"),
        pytest.param(Decimal("-23.44"), "−23.4 %", id="overspent"),
        pytest.param(Decimal("123456.78"), "123,456.8 %", id="thousands apart"),
        pytest.param(None, "no data", id="undefined is no data"),
    ],
)
def test_a_percentage_keeps_the_digits_that_matter(value: Decimal | None, text: str) -> None:
    assert percent_text(value) == text


@given(st.decimals(min_value=Decimal("0"), max_value=Decimal("99.999999999999"), places=12))
def test_less_than_all_never_reads_as_all(percent: Decimal) -> None:
    shown = percent_text(percent)
    assert shown != "100 %"
    assert abs(Decimal(shown.removesuffix(" %")) - percent) <= Decimal("0.06")


@given(st.decimals(min_value=Decimal("90.1"), max_value=Decimal("99.9999"), places=12))
def test_what_is_missing_near_all_is_off_by_at_most_a_tenth(percent: Decimal) -> None:
    missing = 100 - percent
    shown = 100 - Decimal(percent_text(percent).removesuffix(" %"))
    assert abs(shown - missing) <= missing / 10


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(1234567, "1,234,567", id="a count"),
        pytest.param(14.4, "14.4", id="a rate"),
        pytest.param(0.00213, "0.00213", id="a small rate"),
        pytest.param(1204331.7, "1,204,332", id="no places beyond a thousand"),
        pytest.param(-3, "−3", id="a true minus"),
        pytest.param(0, "0", id="zero is zero"),
        pytest.param(1e300, f"1{',000' * 100}", id="enormous"),
        pytest.param(None, "–", id="undefined"),
        pytest.param(float("nan"), "–", id="NaN"),
        pytest.param(float("inf"), "–", id="infinity"),
        pytest.param("many", "–", id="no number"),
    ],
)
def test_a_number_is_short_and_never_invented(value: object, text: str) -> None:
    assert number_text(value) == text


def test_truth_is_no_number() -> None:
    assert decimal_of(True) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(timedelta(hours=4, minutes=12), "4 h 12 min", id="a timedelta"),
        pytest.param(90, "1 min 30 s", id="seconds"),
        pytest.param(Decimal("2419200"), "28 days", id="a decimal"),
        pytest.param(None, "–", id="undefined"),
        pytest.param(1e18, "over a million years", id="beyond every calendar"),
    ],
)
def test_a_duration_is_told_in_words(value: object, text: str) -> None:
    assert duration_text(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        pytest.param(-2, "just now", id="two seconds past"),
        pytest.param(-42, "42 s ago", id="seconds"),
        pytest.param(-185, "3 min ago", id="minutes"),
        pytest.param(-7300, "2 h ago", id="hours"),
        pytest.param(-86400, "1 day ago", id="one day is singular"),
        pytest.param(-40 * 86400, "40 days ago", id="forty days are days"),
        pytest.param(-90 * 86400, "2 months ago", id="months"),
        pytest.param(-800 * 86400, "2 years ago", id="years"),
        pytest.param(15120, "in 4 h", id="ahead"),
    ],
)
def test_distance_in_time_is_told_in_one_unit(seconds: int, text: str) -> None:
    assert relative_text(NOW + timedelta(seconds=seconds), now=NOW) == text
