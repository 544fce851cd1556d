"""Clocks on the wall, at every change of every zone from 1970 to 2037."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reliability.kit.wall_clock import DAY_SECONDS, WallClock, from_wall_seconds, to_wall_seconds, wall_clock
from slo.domain.zones import first_instant
from tests.domain.zone_transitions import FIRST, LAST, transitions, zones_by_behaviour

_AROUND = (-DAY_SECONDS - 1, -7201, -3600, -1, 0, 1, 1799, 3599, 7200, DAY_SECONDS + 1)


def test_no_change_is_taken_back_within_the_time_that_counts_as_steady() -> None:
    closest = min(late[0] - early[0] for found in zones_by_behaviour() for early, late in itertools.pairwise(found))
    assert closest > 3 * DAY_SECONDS


def test_the_list_of_changes_covers_zones_with_and_without_summer_time() -> None:
    assert len(transitions("Europe/Berlin")) == 116
    assert transitions("UTC") == ()
    assert sum(map(len, zones_by_behaviour())) > 17_000


def test_every_time_around_every_change_is_the_first_instant_that_shows_it() -> None:
    for found, name in zones_by_behaviour().items():
        clock, zone = WallClock(ZoneInfo(name)), ZoneInfo(name)
        for instant, before, after in found:
            for wall in {instant + min(before, after), instant + max(before, after) - 1, instant + before + 1}:
                expected = first_instant(from_wall_seconds(wall), zone)
                assert clock.instant(wall) == expected.timestamp(), f"{name} at {from_wall_seconds(wall)}"


def test_the_clock_shows_what_zoneinfo_says_around_every_change() -> None:
    for found, name in zones_by_behaviour().items():
        clock, zone = WallClock(ZoneInfo(name)), ZoneInfo(name)
        for instant, _, _ in found:
            for shift in _AROUND:
                shown = datetime.fromtimestamp(instant + shift, UTC).astimezone(zone).replace(tzinfo=None)
                assert clock.wall(instant + shift) == to_wall_seconds(shown), f"{name} at {instant + shift}"


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        pytest.param("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00", id="a skipped time is after the gap"),
        pytest.param("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30", id="a repeated time is the first"),
        pytest.param("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00", id="a skipped day is its end"),
        pytest.param("Australia/Lord_Howe", "2026-10-04T02:10", "2026-10-03T15:30", id="half an hour is skipped"),
        pytest.param("Africa/Monrovia", "1972-01-07T00:00", "1972-01-07T00:44:30", id="the offset had seconds"),
    ],
)
def test_named_cases(zone: str, wall: str, instant: str) -> None:
    found = wall_clock(zone).instant(to_wall_seconds(datetime.fromisoformat(wall)))
    assert datetime.fromtimestamp(found, UTC) == datetime.fromisoformat(instant).replace(tzinfo=UTC)


@given(st.sampled_from(sorted(zones_by_behaviour().values())), st.integers(FIRST, LAST), st.integers(0, 200_000))
def test_a_later_time_on_the_wall_is_never_an_earlier_instant(zone: str, wall: int, later: int) -> None:
    clock = wall_clock(zone)
    assert clock.instant(wall) <= clock.instant(wall + later)


def test_what_is_remembered_is_bounded() -> None:
    clock = WallClock(ZoneInfo("Europe/Berlin"))
    for day in range(20_000):
        clock.instant(day * DAY_SECONDS)
    assert len(clock._by_wall) <= 8_000
