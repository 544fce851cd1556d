"""When stakeholders are told: wall time of their zone, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.stakeholders.domain.hours import hours_of, next_open, told_at
from incidents.stakeholders.domain.kinds import Mode
from reliability.kit.typed_hours import parse_hours

OFFICE = "mon-fri 09:00-17:00"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def opens(text: str, zone: str, at: str) -> str:
    hours = hours_of(stored=parse_hours(text), zone_name=zone, at_once=0)
    return next_open(hours=hours, at=utc(at)).strftime("%a %d %H:%M")


@pytest.mark.parametrize(
    ("text", "zone", "at", "opening"),
    [
        pytest.param(OFFICE, "Europe/Berlin", "2026-03-02T10:00", "Mon 02 10:00", id="within their hours it is now"),
        pytest.param(
            OFFICE, "Europe/Berlin", "2026-03-02T05:00", "Mon 02 08:00", id="at night it is nine in the morning"
        ),
        pytest.param(
            OFFICE, "Europe/Berlin", "2026-03-27T16:00", "Mon 30 07:00", id="the clocks go forward at the weekend"
        ),
        pytest.param(
            OFFICE, "Europe/Berlin", "2026-10-23T15:00", "Mon 26 08:00", id="the clocks go back at the weekend"
        ),
        pytest.param(
            OFFICE, "America/New_York", "2026-03-06T23:00", "Mon 09 13:00", id="another zone changes on another day"
        ),
        pytest.param(
            "sun 02:30-06:00",
            "Europe/Berlin",
            "2026-03-28T12:00",
            "Sun 29 01:00",
            id="an hour that is skipped begins after the gap",
        ),
        pytest.param(
            "sun 02:30-06:00",
            "Europe/Berlin",
            "2026-10-24T12:00",
            "Sun 25 00:30",
            id="an hour that comes twice begins at the first",
        ),
        pytest.param(
            "sun 02:10-02:50",
            "Europe/Berlin",
            "2026-03-28T12:00",
            "Sun 05 00:10",
            id="hours within the gap come a week later",
        ),
        pytest.param(
            "mon-fri 22:00-06:00",
            "Europe/Berlin",
            "2026-03-07T03:00",
            "Sat 07 03:00",
            id="hours over midnight belong to the day they begin on",
        ),
        pytest.param("", "Europe/Berlin", "2026-03-02T03:00", "Mon 02 03:00", id="no hours is any time"),
    ],
)
def test_their_hour_is_that_of_the_clock_on_their_wall(text: str, zone: str, at: str, opening: str) -> None:
    assert opens(text, zone, at) == opening


def test_severe_incidents_and_messages_for_now_wait_for_no_hour() -> None:
    night = utc("2026-03-02T03:00")
    hours = hours_of(stored=parse_hours(OFFICE), zone_name="UTC", at_once=2)
    waits = utc("2026-03-02T09:00")
    told = {
        severity: told_at(hours=hours, mode=Mode.HOURS, severity=severity, now=night) for severity in (1, 2, 3, None)
    }
    assert told == {1: night, 2: night, 3: waits, None: waits}
    assert told_at(hours=hours, mode=Mode.NOW, severity=5, now=night) == night


@given(
    at=st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001  hypothesis wants naive bounds
    zone=st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca"]
    ),
)
def test_whenever_it_is_they_are_told_within_their_hours_and_within_a_week(at: datetime, zone: str) -> None:
    hours = hours_of(stored=parse_hours(OFFICE), zone_name=zone, at_once=0)
    told = next_open(hours=hours, at=at)
    local = told.astimezone(ZoneInfo(zone))
    assert at <= told < at + timedelta(days=4)
    assert local.weekday() < 5
    assert 9 <= local.hour < 17
