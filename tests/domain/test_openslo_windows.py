from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from slo.domain.calendar import CalendarUnit, CalendarWindow
from slo.domain.openslo_windows import from_openslo, to_openslo
from slo.domain.windows import RollingWindow, Window, WindowError


def _from(duration: str, *, is_rolling: bool = False, start_time: str | None = "2026-01-01 12:30:00") -> Window:
    zone = None if is_rolling else "America/New_York"
    return from_openslo(duration=duration, is_rolling=is_rolling, start_time=start_time, time_zone=zone)


@pytest.mark.parametrize(
    ("duration", "unit"),
    [
        ("1m", CalendarUnit.MINUTE),
        ("1h", CalendarUnit.HOUR),
        ("1d", CalendarUnit.DAY),
        ("1w", CalendarUnit.WEEK),
        ("1M", CalendarUnit.MONTH),
        ("1Q", CalendarUnit.QUARTER),
        ("1Y", CalendarUnit.YEAR),
    ],
)
def test_the_letters_of_openslo_tell_minutes_from_months(duration: str, unit: CalendarUnit) -> None:
    window = _from(duration)
    assert isinstance(window, CalendarWindow)
    assert (window.count, window.unit, window.time_zone) == (1, unit, "America/New_York")
    assert window.period_at(datetime(2026, 1, 1, 17, 30, tzinfo=UTC)).start == datetime(2026, 1, 1, 17, 30, tzinfo=UTC)
    assert bool(window.warnings()) is (duration == "1m")


@pytest.mark.parametrize(
    ("duration", "length", "written"),
    [
        ("28d", timedelta(days=28), "28d"),
        ("4w", timedelta(days=28), "28d"),
        ("12h", timedelta(hours=12), "12h"),
        ("90m", timedelta(minutes=90), "90m"),
    ],
)
def test_a_rolling_window_is_read_and_written_in_one_unit(duration: str, length: timedelta, written: str) -> None:
    window = _from(duration, is_rolling=True)
    assert window == RollingWindow(length)
    assert to_openslo(window).to_json() == {"duration": written, "isRolling": True}


def test_a_calendar_window_survives_being_written_and_read() -> None:
    window = _from("2Q")
    entry = to_openslo(window)
    assert entry.to_json() == {
        "duration": "2Q",
        "isRolling": False,
        "calendar": {"startTime": "2026-01-01 12:30:00", "timeZone": "America/New_York"},
    }
    assert (
        from_openslo(duration="2Q", is_rolling=False, start_time=entry.start_time, time_zone=entry.time_zone) == window
    )


@pytest.mark.parametrize(
    ("duration", "is_rolling", "start_time", "message"),
    [
        ("1month", False, "2026-01-01 00:00:00", "no OpenSLO duration"),
        ("0d", True, None, "no OpenSLO duration"),
        ("1.5d", True, None, "no OpenSLO duration"),
        ("99999999d", True, None, "no OpenSLO duration"),
        ("1M", True, None, "write 28d or 30d"),
        ("1M", False, None, "calendar.startTime"),
        ("1M", False, "yesterday", "local time such as"),
    ],
)
def test_what_cannot_be_a_window_is_refused(
    duration: str, is_rolling: bool, start_time: str | None, message: str
) -> None:
    with pytest.raises(WindowError, match=message):
        _from(duration, is_rolling=is_rolling, start_time=start_time)
