"""Whose turn it is: at every change of every zone, before the start, and far away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.oncall.domain.rotation import Handoff, Rotation, RotationUnit
from reliability.kit.wall_clock import DAY_SECONDS, from_wall_seconds, to_wall_seconds, wall_clock
from slo.domain.zones import first_instant
from tests.domain.rota_reference import wall_boundary
from tests.domain.zone_transitions import FIRST, LAST, zones_by_behaviour

HANDOFFS = (Handoff(0, 540), Handoff(2, 150), Handoff(4, 1020), Handoff(6, 120))
ZONES = sorted(zones_by_behaviour().values())


def _rotation(
    unit: RotationUnit = RotationUnit.WEEK,
    length: int = 1,
    anchor: str | datetime = "2026-01-05T09:00",
    zone: str = "UTC",
    people: tuple[int, ...] = (1, 2, 3),
) -> Rotation:
    wall = datetime.fromisoformat(anchor) if isinstance(anchor, str) else anchor
    return Rotation(
        unit=unit,
        length=length,
        anchor=wall,
        zone_name=zone,
        participants=people,
        starts_at=wall_clock(zone).instant(to_wall_seconds(wall)),
        handoffs=HANDOFFS if unit is RotationUnit.CUSTOM else (),
    )


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize("unit", list(RotationUnit), ids=str)
def test_turns_tile_time_around_every_change_of_every_zone(unit: RotationUnit) -> None:
    """17,743 changes: b(k) ≤ t < b(k+1) around each, and turns that touch without a gap or an overlap."""
    checked = 0
    for found, zone in zones_by_behaviour().items():
        for number, (instant, before, _) in enumerate(found):
            # The hand-over falls into the hour that the clocks skip or repeat, or beside it, in turn.
            local = from_wall_seconds((instant + before) // 1800 * 1800 + (number % 3 - 1) * 1800)
            years = (number % 5) - 2
            anchor = local.replace(year=local.year + years, day=min(local.day, 28))
            rotation = _rotation(unit, length=1 + number % 2, anchor=anchor, zone=zone)
            for t in (instant - 1, instant, instant + 1):
                k = rotation.index_at_seconds(t)
                assert rotation.boundary_seconds(k) <= t < rotation.boundary_seconds(k + 1), f"{zone} {t}"
            start, end = instant - DAY_SECONDS, instant + DAY_SECONDS
            turns = list(rotation.turns(start, end)) if start >= rotation.starts_at else []
            for (_, early, who), (late, _, following) in pairwise(turns):
                assert early == late, f"{zone} {instant}"
                # Where clocks skip two hours, hourly turns of two people have no length.
                assert who != following or unit is RotationUnit.HOUR, f"{zone} {instant}"
            assert not turns or (turns[0][0], turns[-1][1]) == (start, end)
            checked += 1
    assert checked > 17_000


@given(
    unit=st.sampled_from(list(RotationUnit)),
    length=st.integers(1, 5),
    zone=st.sampled_from(ZONES),
    anchor=st.integers(FIRST // 60 + 525_600 * 2, LAST // 60),
    k=st.integers(-300, 300),
)
def test_every_boundary_is_that_of_the_reference(
    unit: RotationUnit, length: int, zone: str, anchor: int, k: int
) -> None:
    rotation = _rotation(unit, length, from_wall_seconds(anchor * 60), zone)
    if unit is RotationUnit.CUSTOM:
        k %= 40
    wall = wall_boundary(rotation, k)
    if wall.year < 1971:
        return
    assert rotation.boundary(k) == first_instant(wall, ZoneInfo(zone))


@given(
    unit=st.sampled_from(list(RotationUnit)),
    length=st.integers(1, 50),
    zone=st.sampled_from(ZONES),
    anchor=st.integers(FIRST // 60 + 525_600 * 2, LAST // 60),
    t=st.integers(FIRST, _seconds("2999-12-31T00:00")),
)
def test_the_index_is_right_however_far_away(unit: RotationUnit, length: int, zone: str, anchor: int, t: int) -> None:
    rotation = _rotation(unit, length, from_wall_seconds(anchor * 60), zone)
    k = rotation.index_at_seconds(t)
    assert rotation.boundary_seconds(k) <= t < rotation.boundary_seconds(k + 1)


def test_before_the_start_nobody_has_a_turn_though_boundaries_exist() -> None:
    rotation = _rotation()
    assert list(rotation.turns(_seconds("2025-01-01"), _seconds("2026-01-05T09:00"))) == []
    assert rotation.index_at(datetime(2025, 12, 31, tzinfo=UTC)) == -1
    assert next(iter(rotation.turns(_seconds("2025-01-01"), _seconds("2026-01-06"))))[0] == _seconds("2026-01-05T09:00")


def test_a_weekly_turn_keeps_its_local_hour_over_summer_time() -> None:
    rotation = _rotation(zone="Europe/Berlin")
    starts = [
        datetime.fromtimestamp(start, UTC)
        for start, _, _ in rotation.turns(_seconds("2026-03-20"), _seconds("2026-04-07"))
    ]
    assert [f"{start:%d %H:%M}" for start in starts[1:]] == ["23 08:00", "30 07:00", "06 07:00"]


def test_an_hourly_turn_in_the_skipped_hour_has_no_length_and_is_left_out() -> None:
    rotation = _rotation(RotationUnit.HOUR, anchor="2026-03-29T00:00", zone="Europe/Berlin", people=(0, 1, 2, 3, 4))
    turns = list(rotation.turns(_seconds("2026-03-28T23:00"), _seconds("2026-03-29T03:00")))
    assert [user for _, _, user in turns] == [0, 1, 3, 4]
    assert all(end - start == 3600 for start, end, _ in turns)


def test_an_hourly_turn_over_the_repeated_hour_lasts_two() -> None:
    rotation = _rotation(RotationUnit.HOUR, anchor="2026-10-25T00:00", zone="Europe/Berlin", people=(0, 1, 2, 3, 4))
    turns = list(rotation.turns(_seconds("2026-10-24T22:00"), _seconds("2026-10-25T03:00")))
    assert [(user, (end - start) // 3600) for start, end, user in turns] == [(0, 1), (1, 1), (2, 2), (3, 1)]


def test_a_month_that_lacks_the_day_hands_over_on_its_last_and_comes_back() -> None:
    rotation = _rotation(RotationUnit.MONTH, anchor="2026-01-31T09:00")
    days = [f"{rotation.boundary(k):%m-%d}" for k in range(5)]
    assert days == ["01-31", "02-28", "03-31", "04-30", "05-31"]


def test_custom_hand_overs_follow_their_weekdays_and_length_counts_them() -> None:
    rotation = Rotation(
        unit=RotationUnit.CUSTOM,
        length=2,
        anchor=datetime(2026, 1, 7, 12),  # noqa: DTZ001  local time has no zone; a Wednesday
        zone_name="UTC",
        participants=(1, 2),
        starts_at=_seconds("2026-01-07T12:00"),
        handoffs=(Handoff(0, 540), Handoff(4, 1020)),
    )
    turns = list(rotation.turns(_seconds("2026-01-01"), _seconds("2026-01-24")))
    assert [(f"{datetime.fromtimestamp(start, UTC):%a %d %H:%M}", user) for start, _, user in turns] == [
        ("Wed 07 12:00", 1),
        ("Mon 12 09:00", 2),
        ("Mon 19 09:00", 1),
    ]


def test_the_end_of_a_rotation_ends_its_last_turn() -> None:
    bounded = Rotation(**{**_rotation().__dict__, "ends_at": _seconds("2026-01-10")})
    assert list(bounded.turns(_seconds("2026-01-01"), _seconds("2026-03-01"))) == [
        (_seconds("2026-01-05T09:00"), _seconds("2026-01-10"), 1)
    ]


def test_a_century_away_costs_as_little_as_tomorrow() -> None:
    rotation = _rotation(RotationUnit.HOUR, anchor="1975-01-01T00:00", zone="America/New_York")
    asked: list[int] = []
    found = rotation.boundary_seconds

    def boundary(k: int) -> int:
        asked.append(k)
        return found(k)

    object.__setattr__(rotation, "boundary_seconds", boundary)
    rotation.index_at_seconds(_seconds("2999-06-01"))
    assert len(asked) <= 6


def test_turns_go_round_in_the_order_written() -> None:
    rotation = _rotation(RotationUnit.DAY, anchor="2026-01-01T00:00")
    turns = list(rotation.turns(_seconds("2026-01-01"), _seconds("2026-01-01") + 7 * DAY_SECONDS))
    assert [user for _, _, user in turns] == [1, 2, 3, 1, 2, 3, 1]
    assert turns[0][1] - turns[0][0] == timedelta(days=1).total_seconds()
