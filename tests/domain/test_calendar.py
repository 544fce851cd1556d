from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slo.domain.calendar import CalendarUnit, CalendarWindow
from slo.domain.windows import WindowError
from slo.domain.zones import first_instant
from tests.domain import reference

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/Santiago",
    "Africa/Casablanca",
)


def _window(unit: str, start: str, zone: str = "UTC", count: int = 1) -> CalendarWindow:
    return CalendarWindow(count, CalendarUnit(unit), datetime.fromisoformat(start), zone)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("window", "now", "start", "end"),
    [
        pytest.param(
            _window("month", "2026-01-31T00:00"), "2026-02-15", "2026-01-31", "2026-02-28", id="a short month clamps"
        ),
        pytest.param(
            _window("month", "2026-01-31T00:00"), "2026-03-01", "2026-02-28", "2026-03-31", id="a clamp does not stick"
        ),
        pytest.param(
            _window("month", "2028-01-30T00:00"), "2028-02-29", "2028-02-29", "2028-03-30", id="a leap day clamps later"
        ),
        pytest.param(
            _window("year", "2024-02-29T00:00"), "2027-06-01", "2027-02-28", "2028-02-29", id="the leap day comes back"
        ),
        pytest.param(
            _window("quarter", "2026-01-01T00:00"), "2026-12-31T23:59", "2026-10-01", "2027-01-01", id="quarter"
        ),
        pytest.param(_window("month", "2026-01-01T00:00"), "2026-02-01", "2026-02-01", "2026-03-01", id="half-open"),
        pytest.param(
            _window("month", "2026-01-01T00:00"), "1970-01-01", "1970-01-01", "1970-02-01", id="before the anchor"
        ),
        pytest.param(
            _window("week", "2026-01-05T00:00"), "2026-01-04", "2025-12-29", "2026-01-05", id="the week before"
        ),
        pytest.param(
            _window("week", "2026-01-05T00:00", count=2), "2026-01-20", "2026-01-19", "2026-02-02", id="two weeks"
        ),
        pytest.param(
            _window("day", "2026-01-01T00:00", "Europe/Berlin"),
            "2026-03-29T12:00",
            "2026-03-28T23:00",
            "2026-03-29T22:00",
            id="a spring day has 23 hours",
        ),
        pytest.param(
            _window("day", "2026-01-01T00:00", "Europe/Berlin"),
            "2026-10-25T12:00",
            "2026-10-24T22:00",
            "2026-10-25T23:00",
            id="an autumn day has 25 hours",
        ),
        pytest.param(
            _window("month", "2026-01-01T00:00", "Europe/Berlin"),
            "2026-03-15",
            "2026-02-28T23:00",
            "2026-03-31T22:00",
            id="March in Berlin lacks an hour",
        ),
        pytest.param(
            _window("day", "2026-01-01T02:30", "Europe/Berlin"),
            "2026-03-29T12:00",
            "2026-03-29T01:00",
            "2026-03-30T00:30",
            id="a boundary in the gap is the first instant after it",
        ),
        pytest.param(
            _window("day", "2026-01-01T02:30", "Europe/Berlin"),
            "2026-10-25T12:00",
            "2026-10-25T00:30",
            "2026-10-26T01:30",
            id="an ambiguous boundary is the first of the two",
        ),
        pytest.param(
            _window("hour", "2026-01-01T00:00", "Europe/Berlin"),
            "2026-10-25T01:30",
            "2026-10-25T01:00",
            "2026-10-25T02:00",
            id="hours are elapsed time",
        ),
        pytest.param(
            _window("day", "2011-12-01T00:00", "Pacific/Apia"),
            "2011-12-30T10:00",
            "2011-12-30T10:00",
            "2011-12-31T10:00",
            id="a day that a zone skipped is passed over",
        ),
        pytest.param(
            _window("month", "2026-01-01T00:00", "Asia/Kathmandu"),
            "2026-01-31T18:15",
            "2026-01-31T18:15",
            "2026-02-28T18:15",
            id="offsets of three quarters of an hour",
        ),
    ],
)
def test_the_period_that_holds_an_instant(window: CalendarWindow, now: str, start: str, end: str) -> None:
    period = window.period_at(_utc(now))
    assert (period.start, period.end) == (_utc(start), _utc(end))


def test_the_period_before_the_skipped_day_of_samoa_is_the_29th() -> None:
    window = _window("day", "2011-12-01T00:00", "Pacific/Apia")
    previous = window.previous(window.period_at(_utc("2011-12-30T10:00")))
    assert (previous.start, previous.end) == (_utc("2011-12-29T10:00"), _utc("2011-12-30T10:00"))


def test_a_period_beyond_the_calendar_is_refused() -> None:
    window = _window("year", "2026-01-01T00:00", count=10)
    with pytest.raises(WindowError, match="beyond the years"):
        window.period_at(_utc("9999-06-01"))


@given(
    zone=st.sampled_from(ZONES),
    unit=st.sampled_from([CalendarUnit.MONTH, CalendarUnit.QUARTER, CalendarUnit.YEAR]),
    count=st.integers(1, 3),
    start=st.datetimes(datetime(2005, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - wall time
    steps=st.integers(-30, 30),
)
@settings(max_examples=40, deadline=None)
def test_months_agree_with_counting_them_on_the_fingers(
    zone: str, unit: CalendarUnit, count: int, start: datetime, steps: int
) -> None:
    start = start.replace(second=0, microsecond=0)
    months = {"month": 1, "quarter": 3, "year": 12}[unit.value] * count
    begin, end = (
        reference.instant_of_wall(reference.later_by_months(start, step * months), ZoneInfo(zone))
        for step in (steps, steps + 1)
    )
    window = CalendarWindow(count, unit, start, zone)
    for instant in (begin, end - timedelta(microseconds=1)):
        assert (window.period_at(instant).start, window.period_at(instant).end) == (begin, end)


@given(zone=st.sampled_from(ZONES), wall=st.datetimes(datetime(2009, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001 - wall
@settings(max_examples=60, deadline=None)
def test_a_wall_time_is_the_first_instant_the_clocks_show_it(zone: str, wall: datetime) -> None:
    wall = wall.replace(second=0, microsecond=0)
    assert first_instant(wall, ZoneInfo(zone)) == reference.instant_of_wall(wall, ZoneInfo(zone))


@pytest.mark.parametrize("zone", ZONES)
def test_a_wall_time_in_or_near_every_change_of_the_clocks_of_2026_is_the_first_instant(zone: str) -> None:
    info = ZoneInfo(zone)
    hours = [_utc("2026-01-01") + timedelta(hours=hour) for hour in range(24 * 365)]
    changes = [
        hour
        for hour in hours
        if hour.astimezone(info).utcoffset() != (hour + timedelta(hours=1)).astimezone(info).utcoffset()
    ]
    for change in changes:
        around = change.astimezone(info).replace(tzinfo=None)
        for minutes in (-61, -30, 0, 15, 45, 60, 61, 90, 130):
            wall = around + timedelta(minutes=minutes)
            assert first_instant(wall, info) == reference.instant_of_wall(wall, info)


@given(
    zone=st.sampled_from(ZONES),
    unit=st.sampled_from(list(CalendarUnit)),
    count=st.integers(1, 5),
    start=st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 - wall time
    now=st.datetimes(datetime(2000, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - given a zone
)
@settings(deadline=None)
def test_periods_hold_their_instant_and_tile_time(
    zone: str, unit: CalendarUnit, count: int, start: datetime, now: datetime
) -> None:
    window = CalendarWindow(count, unit, start.replace(second=0, microsecond=0), zone)
    period = window.period_at(now)
    assert period.contains(now)
    assert window.period_at(period.start) == period
    assert window.previous(period).end == period.start
    assert window.period_at(period.end).start == period.end
