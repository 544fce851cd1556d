"""Badges from records, and the hours at which people are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from chaos.gamedays.domain.badges import Held, Noticed, Tried, badges
from chaos.gamedays.domain.hours import by_day, day_before
from reliability.kit.meetings import Meeting, Method, to_ical
from reliability.kit.wall_clock import wall_clock

FIRST = datetime(2025, 11, 3, 10, tzinfo=UTC)
HOUR = 3600


def day(at: datetime, **fields: Any) -> Held:
    return Held(title=f"{at:%B}", month=(at.year, at.month), at=at, **fields)


def earned(*days: Held) -> dict[str, tuple[str, datetime]]:
    return {one.name: (one.why, one.at) for one in badges(days=days)}


def test_nothing_is_earned_by_nothing() -> None:
    assert badges(days=[]) == []
    assert badges(days=[day(FIRST)]) == []


def test_the_first_fault_and_the_fastest_detection_say_which_and_when() -> None:
    second = FIRST + timedelta(days=40)
    found = earned(
        day(second, found=[(second, "no alert")], noticed=[Noticed("Cache gone", 61.4, second)]),
        day(FIRST, found=[(FIRST, "retries never end")], noticed=[Noticed("Slow link", 90, FIRST)]),
    )
    assert found["first-fault"] == ("“retries never end”, at November", FIRST)
    assert found["fastest"] == ("Cache gone was noticed after 1 min 1 s, at December", second)


def test_a_streak_runs_over_the_year_and_ends_with_a_month_without() -> None:
    months = [datetime(2025, 11, 3, tzinfo=UTC), datetime(2025, 12, 1, tzinfo=UTC), datetime(2026, 1, 30, tzinfo=UTC)]
    later = datetime(2026, 3, 1, tzinfo=UTC)
    found = earned(*(day(at) for at in (*months, later)))
    assert found["streak"] == ("a game day in each month from 2025-11 to 2026-01", months[2])


def test_an_experiment_that_was_tried_until_it_held_counts_its_failures() -> None:
    tries = [
        Tried("Orders survive", has_held, FIRST + timedelta(days=n)) for n, has_held in enumerate((False, False, True))
    ]
    found = earned(day(FIRST, tried=[*tries, Tried("Held at once", True, FIRST)]))
    assert found["repeated"] == ("Orders survive held after 2 tries that did not", FIRST + timedelta(days=2))


@given(
    st.integers(0, 365 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    st.sampled_from(["Europe/Berlin", "Asia/Kolkata", "America/New_York", "Pacific/Apia", "UTC", "No/Where"]),
)
def test_people_are_told_by_day_on_their_own_clock(at: datetime, zone: str) -> None:
    told = by_day(at=at, zone_name=zone, latest=at + timedelta(days=30))
    clock = wall_clock("UTC" if zone == "No/Where" else zone)
    assert at <= told <= at + timedelta(hours=13)
    assert 8 * HOUR <= clock.wall(int(told.timestamp())) % 86_400 < 20 * HOUR
    assert by_day(at=at, zone_name=zone, latest=at) == at, "what cannot wait does not"
    reminded = day_before(starts_at=at, zone_name=zone)
    assert timedelta(days=1) <= at - reminded <= timedelta(hours=37)


@pytest.mark.parametrize("method", Method)
def test_a_calendar_entry_keeps_its_lines_whatever_the_title_holds(method: Method) -> None:
    meeting = Meeting(
        uid="game-day-1@rel.example.org",
        sequence=3,
        title="Ünïcode; with, commas\r\nATTENDEE:mailto:evil@example.org " * 8,
        description="a\nb",
        start=FIRST,
        end=FIRST + timedelta(hours=1),
        place="Room\r\nX-EVIL:1",
        url="https://rel.example.org/chaos/game-days/1/",
        organizer="rel@example.org",
        organizer_name='Pay"ments\r\nX-EVIL:1',
        changed_at=FIRST,
        category="Game day",
        attendee="ada@example.org",
        attendee_name="Ada; Byron",
    )
    written = to_ical(meeting=meeting, method=method)
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    assert not any(line.startswith((b"X-EVIL", b"ATTENDEE:mailto:evil")) for line in written.split(b"\r\n"))
    event: Any = Calendar.from_ical(written).walk("VEVENT")[0]
    assert (str(event["UID"]), int(event["SEQUENCE"])) == ("game-day-1@rel.example.org", 3)
    assert str(event["ATTENDEE"]) == "mailto:ada@example.org"
