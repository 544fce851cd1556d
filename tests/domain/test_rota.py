"""Who is on call: the sweep against a reference that looks at one instant at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.oncall.domain.notation import parse_definition
from incidents.oncall.domain.rota import (
    Definition,
    Layer,
    OverrideRule,
    Shift,
    Version,
    by_person,
    final_shifts,
    gaps,
    layer_shifts,
    on_call_at,
)
from incidents.oncall.domain.rotation import Handoff, Rotation, RotationUnit
from reliability.kit.periods import Period
from reliability.kit.restrictions import Restriction
from reliability.kit.wall_clock import from_wall_seconds, to_wall_seconds, wall_clock
from tests.domain.rota_reference import who
from tests.domain.zone_transitions import zones_by_behaviour

DAY = timedelta(days=1)
EVER = datetime(1970, 1, 1, tzinfo=UTC)
# Every change of every zone, as (zone, instant): hypothesis picks among them, the loops elsewhere take them all.
CHANGES = [(zone, change[0]) for found, zone in zones_by_behaviour().items() for change in found]
PEOPLE = st.integers(1, 6)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@st.composite
def rotas(draw: st.DrawFn) -> dict[str, Any]:
    """A rota of up to three layers, two versions and three overrides around some change of some zone."""
    zone, change = draw(st.sampled_from(CHANGES))
    near = datetime.fromtimestamp(change, UTC)
    minutes = st.integers(-5 * 1440, 5 * 1440).map(lambda count: near + timedelta(minutes=count))

    def rotation() -> Rotation:
        unit = draw(st.sampled_from(list(RotationUnit)))
        back = draw(st.integers(0, 90 * 24)) * 3600
        clock = wall_clock(zone)
        anchor = from_wall_seconds(max(clock.wall(change) - back, 0) // 1800 * 1800)
        handoff = st.builds(Handoff, st.integers(0, 6), st.sampled_from((0, 120, 150, 540, 1380)))
        ends = draw(st.none() | st.integers(1, 200))
        starts_at = clock.instant(to_wall_seconds(anchor))
        return Rotation(
            unit=unit,
            length=draw(st.sampled_from((1, 1, 2, 3, 12))),
            anchor=anchor,
            zone_name=zone,
            participants=tuple(draw(st.lists(PEOPLE, min_size=1, max_size=4))),
            starts_at=starts_at,
            ends_at=starts_at + ends * 86_400 if ends else None,
            handoffs=tuple(sorted(set(draw(st.lists(handoff, min_size=1, max_size=4)))))
            if unit is RotationUnit.CUSTOM
            else (),
        )

    def restriction() -> Restriction:
        start, end = draw(st.integers(0, 1439)), draw(st.integers(0, 1440))
        return Restriction(frozenset(draw(st.sets(st.integers(0, 6), min_size=1))), start // 30 * 30, end // 30 * 30)

    def definition() -> Definition:
        layers = [
            Layer(
                name=f"layer {number}",
                priority=draw(st.integers(0, 2)),
                rotation=rotation(),
                restrictions=tuple(restriction() for _ in range(draw(st.sampled_from((0, 0, 1, 2))))),
            )
            for number in range(draw(st.integers(1, 3)))
        ]
        return Definition(zone, tuple(layers))

    versions = [Version(EVER, definition())]
    if draw(st.booleans()):
        versions.append(Version(draw(minutes), definition()))
    overrides = []
    for order in range(draw(st.integers(0, 3))):
        start = draw(minutes)
        end = start + timedelta(minutes=draw(st.integers(1, 4 * 1440)))
        overrides.append(OverrideRule(start, end, draw(PEOPLE), order, draw(st.none() | PEOPLE)))
    return {"versions": versions, "overrides": overrides, "near": near}


@settings(max_examples=150, deadline=None)
@given(rotas(), st.data())
def test_shifts_tile_time_and_agree_with_the_reference_at_every_instant(
    rota: dict[str, Any], data: st.DataObject
) -> None:
    near = rota.pop("near")
    period = Period(near - 3 * DAY, near + 3 * DAY)
    shifts = final_shifts(**rota, period=period)
    for early, late in pairwise(shifts):
        assert early.end <= late.start, "two people at once"
    assert all(shift.start < shift.end for shift in shifts)
    open_periods = [Shift(gap.start, gap.end, 0, "", is_override=False) for gap in gaps(shifts=shifts, period=period)]
    tiles = sorted([*shifts, *open_periods])
    assert (tiles[0].start, tiles[-1].end) == (period.start, period.end)
    assert all(early.end == late.start for early, late in pairwise(tiles)), "shifts and gaps leave time out"

    edges = {edge for tile in tiles for edge in (tile.start, tile.end - timedelta(seconds=1))}
    asked: list[datetime | int] = [
        *sorted(edges)[:12],
        *data.draw(st.lists(st.integers(0, 6 * 86_400 - 1), max_size=8)),
    ]
    for entry in asked:
        at = entry if isinstance(entry, datetime) else period.start + timedelta(seconds=entry)
        expected = who(rota["versions"], rota["overrides"], at)
        found = tuple(shift.user_id for shift in shifts if shift.start <= at < shift.end)
        assert on_call_at(**rota, at=at) == found == (() if expected is None else (expected,)), at


@settings(max_examples=60, deadline=None)
@given(rotas(), st.integers(-3 * 1440, 3 * 1440))
def test_a_period_cut_in_two_has_the_same_shifts(rota: dict[str, Any], minutes: int) -> None:
    near = rota.pop("near")
    cut = near + timedelta(minutes=minutes)
    whole = final_shifts(**rota, period=Period(near - 3 * DAY, near + 3 * DAY))
    halves = [
        *final_shifts(**rota, period=Period(near - 3 * DAY, cut)),
        *final_shifts(**rota, period=Period(cut, near + 3 * DAY)),
    ]
    joined: list[Shift] = []
    for shift in halves:
        if joined and joined[-1].end == shift.start == cut and joined[-1][2:] == shift[2:]:
            joined[-1] = joined[-1]._replace(end=shift.end)
        else:
            joined.append(shift)
    assert joined == whole


def _version(*layers: dict[str, Any], since: str = "1970-01-02", zone: str = "UTC") -> Version:
    return Version(_utc(since), parse_definition({"time_zone": zone, "layers": list(layers)}))


def _layer(name: str, priority: int, people: list[int], **more: Any) -> dict[str, Any]:
    rotation = {"unit": "day", "length": 1, "start": "2026-03-01T00:00", "participants": people}
    return {"name": name, "priority": priority, "rotation": rotation, **more}


def _told(shifts: list[Shift]) -> list[str]:
    return [f"{shift.start:%d %H:%M} to {shift.end:%d %H:%M} {shift.user_id}" for shift in shifts]


MARCH = Period(_utc("2026-03-02"), _utc("2026-03-04"))
OFFICE = [{"start": "09:00", "end": "17:00"}]


def test_a_lower_layer_fills_what_the_upper_one_leaves_open() -> None:
    version = _version(_layer("nights", 1, [9]), _layer("days", 2, [1, 2], restrictions=OFFICE))
    assert _told(final_shifts(versions=[version], period=MARCH)) == [
        "02 00:00 to 02 09:00 9",
        "02 09:00 to 02 17:00 2",
        "02 17:00 to 03 09:00 9",
        "03 09:00 to 03 17:00 1",
        "03 17:00 to 04 00:00 9",
    ]


def test_at_the_same_priority_the_layer_written_first_wins() -> None:
    version = _version(_layer("first", 1, [1]), _layer("second", 1, [2]))
    assert {shift.user_id for shift in final_shifts(versions=[version], period=MARCH)} == {1}


def test_the_newest_override_wins_and_what_it_replaces_narrows_it() -> None:
    version = _version(_layer("days", 1, [1, 2]))
    overrides = [
        OverrideRule(_utc("2026-03-02T06:00"), _utc("2026-03-03T06:00"), 7, order=1),
        OverrideRule(_utc("2026-03-02T12:00"), _utc("2026-03-03T12:00"), 8, order=2, replaces=1),
    ]
    assert _told(final_shifts(versions=[version], overrides=overrides, period=MARCH)) == [
        "02 00:00 to 02 06:00 2",
        "02 06:00 to 03 06:00 7",
        "03 06:00 to 03 12:00 8",
        "03 12:00 to 04 00:00 1",
    ]


def test_an_override_fills_a_gap_and_says_that_it_is_one() -> None:
    version = _version(_layer("days", 1, [1], restrictions=OFFICE))
    override = OverrideRule(_utc("2026-03-02T17:00"), _utc("2026-03-02T20:00"), 5, order=1)
    shifts = final_shifts(versions=[version], overrides=[override], period=MARCH)
    assert [(shift.user_id, shift.layer, shift.is_override) for shift in shifts] == [
        (1, "days", False),
        (5, "", True),
        (1, "days", False),
    ]
    assert [f"{gap.start:%d %H}" for gap in gaps(shifts=shifts, period=MARCH)] == ["02 00", "02 20", "03 17"]


def test_an_edit_leaves_the_past_as_it_was() -> None:
    before, after = _version(_layer("days", 1, [1])), _version(_layer("days", 1, [2]), since="2026-03-03T08:00")
    assert _told(final_shifts(versions=[after, before], period=MARCH)) == [
        "02 00:00 to 03 08:00 1",
        "03 08:00 to 04 00:00 2",
    ]


def test_before_the_first_version_nobody_is_on_call() -> None:
    version = _version(_layer("days", 1, [1]), since="2026-03-03")
    assert on_call_at(versions=[version], at=_utc("2026-03-02T23:59:59")) == ()
    assert on_call_at(versions=[version], at=_utc("2026-03-03")) == (1,)


def test_at_the_instant_of_a_hand_over_the_next_person_is_on_call() -> None:
    version = _version(_layer("days", 1, [1, 2]))
    midnight = _utc("2026-03-02")
    assert on_call_at(versions=[version], at=midnight - timedelta(microseconds=1)) == (1,)
    assert on_call_at(versions=[version], at=midnight) == (2,)


def test_adjacent_shifts_of_one_person_are_one_however_long() -> None:
    version = _version(_layer("days", 1, [4]))
    assert len(final_shifts(versions=[version], period=Period(_utc("2026-03-02"), _utc("2036-03-02")))) == 1


def test_a_person_who_goes_from_layer_to_layer_has_one_shift_as_they_live_it() -> None:
    version = _version(_layer("nights", 1, [1]), _layer("days", 2, [1], restrictions=OFFICE))
    shifts = final_shifts(versions=[version], period=MARCH)
    assert len(shifts) == 5
    assert _told(by_person(shifts)) == ["02 00:00 to 04 00:00 1"]


def test_each_layer_alone_is_shown_without_those_above_it() -> None:
    version = _version(_layer("nights", 1, [9]), _layer("days", 2, [1, 2], restrictions=OFFICE))
    alone = layer_shifts(versions=[version], period=MARCH)
    assert list(alone) == ["days", "nights"]
    assert _told(alone["days"]) == ["02 09:00 to 02 17:00 2", "03 09:00 to 03 17:00 1"]
    assert sum((shift.end - shift.start for shift in alone["nights"]), timedelta()) == 2 * DAY


@pytest.mark.parametrize("start", ["22:00", "09:00"], ids=["over midnight", "a whole day"])
def test_a_restriction_whose_end_is_not_later_lies_on_the_next_day(start: str) -> None:
    window = [{"weekdays": ["mon"], "start": start, "end": "09:00"}]  # 2 March 2026 is a Monday
    shifts = final_shifts(versions=[_version(_layer("one", 1, [1], restrictions=window))], period=MARCH)
    assert _told(shifts) == [f"02 {start} to 03 09:00 1"]


def test_hours_are_those_of_the_zone_of_the_layer() -> None:
    layer = _layer("days", 1, [1], restrictions=OFFICE) | {"time_zone": "America/New_York"}
    assert _told(final_shifts(versions=[_version(layer, zone="Europe/Berlin")], period=MARCH)) == [
        "02 14:00 to 02 22:00 1",
        "03 14:00 to 03 22:00 1",
    ]
