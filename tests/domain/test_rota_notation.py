"""The notation of schedules: what is read is written the same, and mistakes say what to change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.oncall.domain.bounds import Bounds
from incidents.oncall.domain.mistakes import NotationError
from incidents.oncall.domain.notation import parse_definition, to_json
from reliability.kit.restrictions import WEEKDAYS

TIMES = st.integers(0, 1439).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")
STARTS = st.datetimes(
    min_value=datetime(1972, 1, 1),  # noqa: DTZ001  local times have no zone
    max_value=datetime(2900, 1, 1),  # noqa: DTZ001  local times have no zone
).map(lambda wall: wall.isoformat(timespec="minutes"))


def written(**rotation: Any) -> dict[str, Any]:
    whole = {"unit": "week", "length": 1, "start": "2026-03-02T09:00", "participants": [1, 2], **rotation}
    return {
        "time_zone": "Europe/Berlin",
        "layers": [{"name": "Primary", "priority": 1, "rotation": whole, "restrictions": []}],
    }


def mistakes(value: object, **bounds: int) -> dict[str, str]:
    with pytest.raises(NotationError) as refusal:
        parse_definition(value, bounds=Bounds(**bounds) if bounds else None)
    return {mistake.path: mistake.message for mistake in refusal.value.mistakes}


@given(
    unit=st.sampled_from(["hour", "day", "week", "month", "custom"]),
    length=st.integers(1, 24),
    start=STARTS,
    people=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia"]),
    handoffs=st.sets(st.tuples(st.sampled_from(WEEKDAYS), TIMES), min_size=1, max_size=4),
    hours=st.lists(st.tuples(st.sets(st.sampled_from(WEEKDAYS), min_size=1), TIMES, TIMES), max_size=3),
)
def test_what_was_read_is_written_so_that_it_is_read_the_same(
    unit: str, length: int, start: str, people: list[int], zone: str, handoffs: Any, hours: Any
) -> None:
    document = written(unit=unit, length=length, start=start, participants=people)
    document["time_zone"] = zone
    if unit == "custom":
        document["layers"][0]["rotation"]["handoffs"] = [{"weekday": day, "time": time} for day, time in handoffs]
    document["layers"][0]["restrictions"] = [
        {"weekdays": sorted(days), "start": begin, "end": end} for days, begin, end in hours
    ]
    read = parse_definition(document)
    again = to_json(read)
    assert parse_definition(again) == read
    assert to_json(parse_definition(again)) == again


@pytest.mark.parametrize(
    ("start", "stored"),
    [
        ("2026-10-25T02:30", "2026-10-25T02:30"),
        ("2026-10-25T00:30Z", "2026-10-25T02:30"),
        ("2026-10-25T01:30Z", "2026-10-25T01:30Z"),
        ("2026-03-29T02:30", "2026-03-29T02:30"),
        ("2026-03-02T10:00+02:00", "2026-03-02T09:00"),
    ],
    ids=["the first of two", "the first as UTC", "the second of two stays UTC", "a skipped time", "an offset"],
)
def test_a_start_keeps_its_meaning(start: str, stored: str) -> None:
    assert to_json(parse_definition(written(start=start)))["layers"][0]["rotation"]["start"] == stored


@pytest.mark.parametrize(
    ("value", "path", "said"),
    [
        ("text", "", "must have time_zone, layers"),
        ({"zone": "UTC", "layers": []}, "zone", "did you mean time_zone"),
        ({"time_zone": "Berlin", "layers": []}, "time_zone", "no IANA time zone"),
        ({"layers": {}}, "layers", "must be a list"),
        ({"layers": [None]}, "layers[0]", "is required"),
        (written(unit="custom"), "layers[0].rotation.handoffs", "are required"),
        (written(handoffs=[{"weekday": "mon", "time": "09:00"}]), "layers[0].rotation.handoffs", "leave them out"),
        (written(participants=[True]), "layers[0].rotation.participants[0]", "id of a person"),
        (written(length=True), "layers[0].rotation.length", "whole number"),
        (written(length=10**9), "layers[0].rotation.length", "from 1 to 104"),
        (written(start="2026-03-02T09:00:30"), "layers[0].rotation.start", "leave the seconds out"),
        (written(start="0001-01-01T00:00"), "layers[0].rotation.start", "1971 to 2998"),
        (written(start=1772442000), "layers[0].rotation.start", "no moment"),
        (written(end="2026-03-01T09:00"), "layers[0].rotation.end", "later than start"),
        (written(lenght=2), "layers[0].rotation.lenght", "did you mean length"),
    ],
    ids=["no mapping", "a misspelt key", "a city alone", "no list", "nothing", "custom without hand-overs",
         "hand-overs without custom", "a truth as a person", "a truth as a number", "a length beyond sense",
         "seconds", "the year one", "a number", "an end before the start", "a misspelt rotation key"],
)  # fmt: skip
def test_a_mistake_names_its_path(value: object, path: str, said: str) -> None:
    assert said in mistakes(value)[path]


def test_every_mistake_is_told_at_once() -> None:
    document = written(unit="fortnight", length=0, participants=[])
    document["time_zone"] = "Mars"
    assert len(mistakes(document)) == 4


def test_two_layers_of_one_name_are_refused() -> None:
    document = written()
    document["layers"] *= 2
    assert "give each its own name" in mistakes(document)["layers[1].name"]


def test_bounds_hold_at_the_bound_and_only_for_what_is_handed_in() -> None:
    document = written(participants=[1] * 4)
    parse_definition(document, bounds=Bounds(participants=4))
    assert "at most 3" in mistakes(document, participants=3)["layers[0].rotation.participants"]
    parse_definition(document)
