"""When blackouts take place, against dateutil and by hand over changes of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]  # it ships no types
from hypothesis import given, settings
from hypothesis import strategies as st

from reliability.kit.periods import Period
from reliability.kit.repeats import Repeat, Rule, times

BERLIN = ZoneInfo("Europe/Berlin")


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN).astimezone(UTC)  # type: ignore[misc,arg-type]  # year to minute


def weekend(**fields: object) -> Rule:
    return Rule(Period(berlin(2026, 10, 2, 18), berlin(2026, 10, 5, 6)), "Europe/Berlin", Repeat.WEEKLY, **fields)  # type: ignore[arg-type]  # until


def test_a_weekend_begins_and_ends_by_the_clock_on_either_side_of_a_change() -> None:
    found = times(rule=weekend(), period=Period(berlin(2026, 10, 20, 0), berlin(2026, 11, 10, 0)))
    assert [(one.start, one.end) for one in found] == [
        (berlin(2026, 10, 23, 18), berlin(2026, 10, 26, 6)),  # over the change: 61 hours
        (berlin(2026, 10, 30, 18), berlin(2026, 11, 2, 6)),
        (berlin(2026, 11, 6, 18), berlin(2026, 11, 9, 6)),
    ]
    assert found[0].length == timedelta(hours=61)


def test_a_time_that_began_before_the_period_is_part_of_it() -> None:
    at = berlin(2026, 11, 8, 12)
    assert [one.end for one in times(rule=weekend(), period=Period(at, at + timedelta(seconds=1)))] == [
        berlin(2026, 11, 9, 6)
    ]


def test_none_begins_from_its_end_on_nor_before_the_first() -> None:
    year = Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    found = times(rule=weekend(until=berlin(2026, 10, 17, 0)), period=year)
    assert [one.start.astimezone(BERLIN).day for one in found] == [2, 9, 16]


def test_months_without_the_day_have_none() -> None:
    first = Period(datetime(2026, 1, 31, 10, tzinfo=UTC), datetime(2026, 1, 31, 12, tzinfo=UTC))
    year = Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    found = times(rule=Rule(first, "UTC", Repeat.MONTHLY), period=year)
    assert [one.start.month for one in found] == [1, 3, 5, 7, 8, 10, 12]


def test_a_leap_day_comes_every_four_years() -> None:
    first = Period(datetime(2024, 2, 29, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC))
    decade = Period(datetime(2025, 1, 1, tzinfo=UTC), datetime(2035, 1, 1, tzinfo=UTC))
    assert [one.start.year for one in times(rule=Rule(first, "UTC", Repeat.YEARLY), period=decade)] == [2028, 2032]


@given(
    first=st.datetimes(datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2030-01-01")),
    hours=st.integers(1, 20),
    repeat=st.sampled_from([one for one in Repeat if one is not Repeat.NEVER]),
    since=st.integers(-400, 2_000),
    days=st.integers(1, 400),
)
@settings(max_examples=200, deadline=None)
def test_in_utc_they_are_those_of_its_rule(first: datetime, hours: int, repeat: Repeat, since: int, days: int) -> None:
    begin = first.replace(microsecond=0)
    length = timedelta(hours=hours)
    start = begin + timedelta(days=since)
    rule = Rule(Period(begin.replace(tzinfo=UTC), (begin + length).replace(tzinfo=UTC)), "UTC", repeat)
    period = Period(start.replace(tzinfo=UTC), (start + timedelta(days=days)).replace(tzinfo=UTC))
    theirs = rrulestr(f"RRULE:{repeat.rule}", dtstart=begin).between(
        start - length, start + timedelta(days=days), inc=True
    )
    expected = [one for one in theirs if one + length > start and one < start + timedelta(days=days)]
    assert [one.start.replace(tzinfo=None) for one in times(rule=rule, period=period)] == expected


@pytest.mark.parametrize("repeat", list(Repeat))
def test_no_time_reaches_into_the_next_one(repeat: Repeat) -> None:
    if repeat is Repeat.NEVER:
        return
    begin = datetime(2026, 1, 5, tzinfo=UTC)
    rule = Rule(Period(begin, begin + repeat.longest), "UTC", repeat)
    found = times(rule=rule, period=Period(begin, begin + timedelta(days=1_500)))
    assert len(found) > 3
    assert all(one.end <= following.start for one, following in pairwise(found))
