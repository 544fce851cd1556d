"""When a report is due, on the clocks of zones, and which period it is of."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.learning.domain.periods import ReviewPeriod
from reliability.reports.domain.sending import due_after, period_due


@pytest.mark.parametrize(
    ("at", "zone", "day", "hour", "months", "due"),
    [
        ("2026-06-15T00:00", "UTC", 1, 8, 1, "2026-07-01T08:00"),
        ("2026-07-01T08:00", "UTC", 1, 8, 1, "2026-08-01T08:00"),
        ("2026-07-01T07:59", "UTC", 1, 8, 1, "2026-07-01T08:00"),
        ("2026-02-15T00:00", "Europe/Berlin", 1, 8, 1, "2026-03-01T07:00"),
        ("2026-12-31T23:30", "Europe/Berlin", 1, 8, 1, "2027-01-01T07:00"),
        ("2026-03-10T00:00", "Europe/Berlin", 28, 2, 1, "2026-03-28T01:00"),
        ("2026-05-01T00:00", "UTC", 1, 8, 3, "2026-07-01T08:00"),
        ("2026-04-02T00:00", "UTC", 3, 8, 3, "2026-04-03T08:00"),
        ("2026-08-01T00:00", "America/Santiago", 6, 0, 3, "2026-10-06T03:00"),
    ],
)  # fmt: skip
def test_it_is_due_on_its_day_at_its_hour(at: str, zone: str, day: int, hour: int, months: int, due: str) -> None:
    instant = datetime.fromisoformat(at).replace(tzinfo=UTC)
    found = due_after(at=instant, months=months, day=day, hour=hour, zone_name=zone)
    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)


@settings(max_examples=80, deadline=None)
@given(
    at=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001  hypothesis wants them naive
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"]),
    day=st.integers(1, 28),
    hour=st.integers(0, 23),
    months=st.sampled_from([1, 3]),
)
def test_each_period_is_reported_once_after_it_is_over(
    at: datetime, zone: str, day: int, hour: int, months: int
) -> None:
    first = due_after(at=at.replace(tzinfo=UTC), months=months, day=day, hour=hour, zone_name=zone)
    second = due_after(at=first, months=months, day=day, hour=hour, zone_name=zone)
    assert at.replace(tzinfo=UTC) < first < second
    reported = [period_due(due_at=one, months=months, zone_name=zone) for one in (first, second)]
    assert reported[0].shifted(1) == reported[1]
    assert reported[0].period.end <= first
    assert first.astimezone(ZoneInfo(zone)).day == day
    assert ReviewPeriod.parse(reported[0].slug, zone_name=zone) == reported[0]
