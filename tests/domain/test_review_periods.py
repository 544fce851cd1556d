"""Months and quarters of the calendar, against a reference that walks day by day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.learning.domain.periods import ReviewPeriod, ReviewPeriodError


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-00", "2026-Q5", "26-Q1", "2026-1", "1999-12", "2201-01"])
def test_what_names_no_period_is_told_how_to_write_one(text: str) -> None:
    with pytest.raises(ReviewPeriodError, match="a period"):
        ReviewPeriod.parse(text)


def test_a_quarter_holds_its_months_and_both_know_each_other() -> None:
    quarter = ReviewPeriod.parse("2026-Q4")
    assert (quarter.title, quarter.slug, quarter.noun) == ("Q4 2026", "2026-Q4", "quarter")
    assert quarter.period.start == datetime(2026, 10, 1, tzinfo=UTC)
    assert quarter.period.end == datetime(2027, 1, 1, tzinfo=UTC)
    assert quarter.as_month().title == "October 2026"
    assert ReviewPeriod.parse("2026-12").as_quarter() == quarter.as_quarter() == quarter
    assert ReviewPeriod.parse("2026-01").shifted(-1).slug == "2025-12"
    assert ReviewPeriod.parse("2026-Q1").shifted(-1).slug == "2025-Q4"


@given(days=st.integers(0, 60_000), months=st.sampled_from([1, 3]), steps=st.integers(-20, 20))
def test_periods_follow_each_other_without_gap_and_hold_their_days(days: int, months: int, steps: int) -> None:
    day = datetime(2001, 1, 1, tzinfo=UTC) + timedelta(days=days)
    found = ReviewPeriod.month_of(day) if months == 1 else ReviewPeriod.month_of(day).as_quarter()
    assert found.period.contains(day)
    assert ReviewPeriod.parse(found.slug) == found
    assert found.shifted(1).period.start == found.period.end
    assert found.shifted(steps).shifted(-steps) == found
    first = day
    while (first - timedelta(days=1)).month == day.month or (
        months == 3 and ((first - timedelta(days=1)).month - 1) // 3 == (day.month - 1) // 3
    ):
        first -= timedelta(days=1)
    assert found.period.start == first
