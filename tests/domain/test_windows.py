from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from reliability.kit.periods import Period
from slo.domain.windows import CalendarUnit, CalendarWindow, RollingWindow, WindowError, parse_window

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def _calendar(**changes: Any) -> dict[str, object]:
    return {"calendar": {"count": 1, "unit": "month", "start": "2026-01-01T00:00:00", "time_zone": "UTC"} | changes}


def test_a_rolling_window_ends_now_and_now_is_not_in_it() -> None:
    window = parse_window({"rolling": "28d"})
    assert window == RollingWindow(timedelta(days=28))
    assert window.period_at(NOON) == Period(NOON - timedelta(days=28), NOON)
    assert not window.period_at(NOON).contains(NOON)
    assert window.previous(window.period_at(NOON)).end == NOON - timedelta(days=28)
    assert window.describe() == "the last 28 days, rolling"
    assert window.warnings() == ()


@pytest.mark.parametrize(
    ("notation", "reason", "message"),
    [
        pytest.param({"rolling": "1M"}, "window_length", "write 28d or 30d", id="a rolling month has no length"),
        pytest.param({"rolling": "28"}, "window_length", "not a duration", id="no unit"),
        pytest.param({"rolling": "90s"}, "window_length", "whole number of minutes", id="seconds"),
        pytest.param({"rolling": 28}, "window_length", "a duration such as 28d", id="a number"),
        pytest.param({"sliding": "28d"}, "window_kind", "rolling or calendar", id="unknown kind"),
        pytest.param({}, "window_shape", "a window is", id="nothing"),
        pytest.param({"rolling": "28d", "calendar": {}}, "window_shape", "a window is", id="both"),
        pytest.param({"calendar": []}, "window_shape", "count, unit, start and time_zone", id="a list"),
        pytest.param(_calendar(count=0), "window_count", "1 to 10000", id="no units"),
        pytest.param(
            _calendar(count=10_000, unit="year"), "window_count", "at most ten years", id="ten thousand years"
        ),
        pytest.param(_calendar(count=11, unit="year"), "window_count", "got 11 years", id="eleven years"),
        pytest.param(_calendar(count=523, unit="week"), "window_count", "at most ten years", id="weeks of ten years"),
        pytest.param({"rolling": "3661d"}, "window_length", "ten years", id="a rolling window beyond ten years"),
        pytest.param(_calendar(count=True), "window_count", "whole number", id="a truth as count"),
        pytest.param(_calendar(count=1.5), "window_count", "whole number", id="a fraction as count"),
        pytest.param(_calendar(unit="fortnight"), "window_unit", "one of minute, hour, day", id="unknown unit"),
        pytest.param(_calendar(start="soon"), "window_start", "2026-01-01T00:00:00", id="no date"),
        pytest.param(_calendar(start="2026-01-01T00:00:00Z"), "window_start", "local time", id="an offset"),
        pytest.param(_calendar(start="2026-01-01T00:00:30"), "window_start", "whole minute", id="seconds in start"),
        pytest.param(_calendar(start="0001-01-01T00:00:00"), "window_start", "1900 to 2900", id="year one"),
        pytest.param(_calendar(tz="UTC"), "window_shape", "no 'tz'", id="a misspelt key"),
        pytest.param(_calendar(time_zone=2), "unknown_zone", "IANA name", id="a number as zone"),
        pytest.param(
            _calendar(time_zone="Europe/Berln"), "unknown_zone", "did you mean Europe/Berlin", id="a near zone"
        ),
        pytest.param(_calendar(time_zone="berlin"), "unknown_zone", "did you mean Europe/Berlin", id="only the city"),
        pytest.param(_calendar(time_zone="europe/berlin"), "unknown_zone", "mean Europe/Berlin", id="small letters"),
        pytest.param(_calendar(time_zone="../../etc/passwd"), "unknown_zone", "no IANA time zone", id="a path"),
        pytest.param(_calendar(time_zone="localtime"), "unknown_zone", "no IANA time zone", id="this machine's zone"),
        pytest.param(_calendar(time_zone="Q" * 5000), "unknown_zone", "write one such as", id="a very long zone"),
    ],
)
def test_a_window_that_cannot_be_is_refused_with_a_reason(
    notation: dict[str, object], reason: str, message: str
) -> None:
    with pytest.raises(WindowError) as refused:
        parse_window(notation)
    assert refused.value.reason == reason
    assert message in str(refused.value)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    "notation",
    [{"rolling": "28d"}, {"rolling": "1h30m"}, _calendar(), _calendar(unit="quarter", time_zone="Asia/Kathmandu")],
)
def test_what_a_window_writes_it_reads_again(notation: dict[str, object]) -> None:
    assert parse_window(notation).to_json() == notation


def test_a_calendar_window_of_one_minute_warns_that_a_month_was_meant() -> None:
    (warning,) = CalendarWindow(1, CalendarUnit.MINUTE, datetime(2026, 1, 1)).warnings()  # noqa: DTZ001 - wall time
    assert "write 1M" in warning
    assert CalendarWindow(1, CalendarUnit.MONTH, datetime(2026, 1, 1)).warnings() == ()  # noqa: DTZ001 - wall time


def test_a_calendar_window_says_what_it_is() -> None:
    assert parse_window(_calendar(unit="quarter", time_zone="Europe/Berlin")).describe() == (
        "each quarter of the calendar from 2026-01-01 00:00, Europe/Berlin"
    )
    assert parse_window(_calendar(count=2, unit="week")).describe() == (
        "each 2 weeks of the calendar from 2026-01-01 00:00, UTC"
    )


@pytest.mark.parametrize(
    ("notation", "length"),
    [
        pytest.param({"rolling": "28d"}, timedelta(days=28), id="rolling"),
        pytest.param(_calendar(unit="minute", count=90), timedelta(minutes=90), id="minutes"),
        pytest.param(_calendar(unit="week", count=2), timedelta(days=14), id="weeks"),
        pytest.param(_calendar(unit="quarter"), timedelta(days=93), id="a quarter, three long months"),
        pytest.param(_calendar(count=13), timedelta(days=397), id="thirteen months"),
        pytest.param(_calendar(unit="year"), timedelta(days=366), id="a leap year"),
    ],
)
def test_a_window_knows_how_long_it_can_be(notation: dict[str, object], length: timedelta) -> None:
    assert parse_window(notation).length_max == length


@given(
    count=st.integers(1, 10_000),
    unit=st.sampled_from(CalendarUnit),
    start=st.datetimes(datetime(1900, 1, 1), datetime(2900, 12, 31)),  # noqa: DTZ001 - wall time
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Apia", "America/St_Johns"]),
    now=st.datetimes(datetime(1970, 1, 2), datetime(2999, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - wall time
)
def test_whatever_window_is_accepted_has_a_period_at_any_instant(
    count: int, unit: CalendarUnit, start: datetime, zone: str, now: datetime
) -> None:
    try:
        window = CalendarWindow(count, unit, start.replace(second=0, microsecond=0), zone)
    except WindowError:
        reject()
    period = window.period_at(now)
    assert period.contains(now)
    # Apia skipped a day, and clocks are set back by hours: nothing adds more than a day.
    assert period.length <= window.length_max + timedelta(days=1)
    assert window.previous(period).end == period.start
