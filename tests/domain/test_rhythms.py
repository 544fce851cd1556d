"""When calls are due: periods, and cron expressions over every kind of change of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.intake.domain.rhythms import Cron, Every, upcoming
from reliability.kit.cron import explained, expression_mistake, normalized, zone_mistake

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
# Two days around changes of the clocks: an hour on, an hour back, at midnight, two hours, half an hour, a day skipped.
CHANGES = {
    "Europe/Berlin on": ("Europe/Berlin", datetime(2026, 3, 28, 12, tzinfo=UTC)),
    "Europe/Berlin back": ("Europe/Berlin", datetime(2026, 10, 24, 12, tzinfo=UTC)),
    "New York on": ("America/New_York", datetime(2026, 3, 7, 18, tzinfo=UTC)),
    "New York back": ("America/New_York", datetime(2026, 10, 31, 18, tzinfo=UTC)),
    "Santiago at midnight on": ("America/Santiago", datetime(2026, 9, 5, 16, tzinfo=UTC)),
    "Santiago at midnight back": ("America/Santiago", datetime(2026, 4, 4, 16, tzinfo=UTC)),
    "Troll two hours on": ("Antarctica/Troll", datetime(2026, 3, 28, 12, tzinfo=UTC)),
    "Troll two hours back": ("Antarctica/Troll", datetime(2026, 10, 24, 12, tzinfo=UTC)),
    "Lord Howe half an hour on": ("Australia/Lord_Howe", datetime(2026, 10, 3, 6, tzinfo=UTC)),
    "Lord Howe half an hour back": ("Australia/Lord_Howe", datetime(2026, 4, 4, 6, tzinfo=UTC)),
    "Apia skips a day": ("Pacific/Apia", datetime(2011, 12, 29, 22, tzinfo=UTC)),
    "never": ("Asia/Kolkata", datetime(2026, 3, 28, 12, tzinfo=UTC)),
}


def due_at_times_of_day(*, zone: ZoneInfo, start: datetime, hours: set[int], minutes: set[int]) -> set[datetime]:
    """The reference: each local day has each time of day once; a skipped one comes right after the gap."""
    found = set()
    day = start.astimezone(zone).replace(tzinfo=None, hour=0, minute=0) - timedelta(days=1)
    for number in range(6 * 24 * 60):
        wall = day + number * MINUTE
        if wall.hour not in hours or wall.minute not in minutes:
            continue
        while (at := wall.replace(tzinfo=zone).astimezone(UTC)).astimezone(zone).replace(tzinfo=None) != wall:
            wall += MINUTE  # within the gap
        found.add(at)
    return found


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
@given(
    hours=st.sets(st.integers(0, 23), min_size=1, max_size=3),
    minutes=st.sets(st.sampled_from((0, 1, 15, 30, 59)), min_size=1, max_size=2),
    offset=st.integers(0, 2 * 24 * 60 * 60),
)
@settings(deadline=None, max_examples=40)
def test_each_day_has_each_time_of_day_once(
    change: tuple[str, datetime], hours: set[int], minutes: set[int], offset: int
) -> None:
    zone_name, start = change
    text = f"{','.join(map(str, sorted(minutes)))} {','.join(map(str, sorted(hours)))} * * *"
    after = start + timedelta(seconds=offset)
    expected = due_at_times_of_day(zone=ZoneInfo(zone_name), start=start, hours=hours, minutes=minutes)
    assert Cron(text, zone_name).next_after(after) == min(at for at in expected if at > after)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
@pytest.mark.parametrize(("text", "minutes"), [("*/10 * * * *", 10), ("0 * * * *", 60), ("* * * * *", 1)])
def test_what_runs_by_the_hour_or_minute_goes_on_with_real_time(
    change: tuple[str, datetime], text: str, minutes: int
) -> None:
    zone_name, start = change
    zone = ZoneInfo(zone_name)
    expected = [
        at
        for at in (start + number * MINUTE for number in range(1, 2 * 24 * 60))
        if at.astimezone(zone).minute % minutes == 0
    ]
    assert list(upcoming(Cron(text, zone_name), after=start, count=len(expected))) == expected


def test_a_half_hour_that_is_skipped_or_repeated_keeps_its_minutes() -> None:
    """Half past each hour: met at 02:30 right after the gap, and twice at 01:30 when the clock is set back to it."""
    half_past = Cron("30 * * * *", "Australia/Lord_Howe")
    on = upcoming(half_past, after=datetime(2026, 10, 3, 14, 30, tzinfo=UTC), count=3)
    assert [f"{at:%H:%M}" for at in on] == ["15:00", "15:30", "16:30"]
    back = upcoming(half_past, after=datetime(2026, 4, 4, 14, 0, tzinfo=UTC), count=3)
    assert [f"{at:%H:%M}" for at in back] == ["14:30", "15:00", "16:00"]


def test_within_a_repeated_hour_the_next_call_is_not_due_in_the_past() -> None:
    """A job of 02:30 that ends at the second 02:10 of the night has called: its next is tomorrow's."""
    ended_at = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    assert Cron("30 2 * * *", "Europe/Berlin").next_after(ended_at) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


@given(st.integers(0, 47 * 366 * 24 * 60), st.sampled_from(("@daily", "*/7 * * * *", "0 2 L * *")))
@settings(deadline=None)
def test_the_next_is_always_later(minute: int, text: str) -> None:
    after = datetime(1990, 1, 1, tzinfo=UTC) + minute * MINUTE
    assert Cron(normalized(text), "America/Santiago").next_after(after) > after


def test_a_period_counts_from_the_last_call() -> None:
    assert Every(timedelta(hours=1)).next_after(NOW) == NOW + timedelta(hours=1)
    assert Every(timedelta(hours=1)).words == "every 1 h"


def test_days_of_month_and_week_are_those_of_the_zone() -> None:
    friday = Cron("0 18 * * 5L", "Pacific/Auckland").next_after(NOW)
    assert f"{friday.astimezone(ZoneInfo('Pacific/Auckland')):%a %d %H:%M}" == "Fri 27 18:00"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("5 3 * *", "write five fields with spaces between them"),
        ("0 5 3 * * *", "this has 6"),
        ("61 * * * *", "minute: '61' cannot be read or never comes: write 0 to 59"),
        ("0 24 * * *", "hour: '24'"),
        ("0 0 31 2 *", "day of month: '31'"),
        ("0 0 1 13 *", "month: '13'"),
        ("0 0 * * MO", "day of week: 'MO'"),
        ("*/0 * * * *", "minute: '*/0'"),
        ("0 0 * 2 MON#5", "less than once in eight years"),
        ("@reboot", "@reboot is not known: write one of @hourly"),
        ("0,1" * 40 + " * * * *", "at most 100 characters"),
        ("🕒 * * * *", "minute"),
        ("٣ * * * *", "minute"),
    ],
)
def test_a_mistake_says_what_to_change(text: str, words: str) -> None:
    assert words in expression_mistake(normalized(text), now=NOW)


@given(st.text(alphabet="0123456789*/,-LW#@ MONJAN", max_size=40))
@settings(deadline=None)
def test_any_text_is_read_or_refused_with_words(text: str) -> None:
    expression = normalized(text)
    if not expression_mistake(expression, now=NOW):
        assert Cron(expression, "UTC").next_after(NOW) > NOW
        assert explained(expression)


@pytest.mark.parametrize(
    "text", ["5 3 * * *", "@Daily", " 0  9 * * mon-fri ", "0 0 29 2 *", "0 12 L * *", "0 12 LW * *"]
)
def test_what_cron_users_write_is_taken(text: str) -> None:
    assert expression_mistake(normalized(text), now=NOW) == ""


def test_zones_are_known_by_their_names() -> None:
    assert zone_mistake("Europe/Berlin") == zone_mistake("UTC") == ""
    assert "such as Europe/Berlin" in zone_mistake("Berlin")
    assert zone_mistake("../../etc/passwd")
