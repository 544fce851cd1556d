"""The notation of a schedule: JSON to a Definition and back.

    {"time_zone": "Europe/Berlin",
     "layers": [{"name": "Primary", "priority": 2, "time_zone": "Europe/Berlin",
                 "rotation": {"unit": "week", "length": 1, "start": "2026-03-02T09:00", "end": null,
                              "participants": [4, 8, 15]},
                 "restrictions": [{"weekdays": ["mon", "fri"], "start": "09:00", "end": "17:00"}]}]}

Participants are user ids. The layer with the highest priority comes first. unit: hour, day, week, month, or custom
with "handoffs": [{"weekday": "mon", "time": "09:00"}, …]. Times without an offset are local to the layer's zone.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar
from zoneinfo import available_timezones

from incidents.oncall.domain.bounds import LENGTH_MAX, NAME_LENGTH_MAX, PRIORITY_MAX, Bounds
from incidents.oncall.domain.mistakes import NotationError, Notes
from incidents.oncall.domain.rota import Definition, Layer
from incidents.oncall.domain.rotation import Handoff, Rotation, RotationUnit
from reliability.kit.restrictions import WEEKDAYS, Restriction
from reliability.kit.times import (
    TimeError,
    format_minute_of_day,
    format_moment,
    parse_minute_of_day,
    parse_moment,
    parse_weekday,
)
from reliability.kit.wall_clock import WallClock, to_wall_seconds, wall_clock

_UNITS = ", ".join(unit.value for unit in RotationUnit)
# As other tools and people write them.
_UNIT_WORDS = {
    **{f"{unit.value}s": unit.value for unit in RotationUnit if unit is not RotationUnit.CUSTOM},
    "hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month",
}  # fmt: skip
_Read = TypeVar("_Read")


def parse_definition(value: object, *, bounds: Bounds | None = None) -> Definition:
    """Read a definition. Raises NotationError with every mistake, its path and what to change.

    bounds: for what a person hands in; what is stored is read without.
    """
    notes = Notes()
    fields = _mapping(value, "", ("time_zone", "layers"), notes)
    zone_name = _zone(fields.get("time_zone", "UTC"), "time_zone", notes)
    layers = _list(fields.get("layers", []), "layers", bounds.layers if bounds else None, notes)
    read = [_layer(entry, f"layers[{index}]", zone_name, bounds, notes) for index, entry in enumerate(layers)]
    seen: set[str] = set()
    for index, layer in enumerate(read):
        if layer and layer.name.lower() in seen:
            notes.refuse(f"layers[{index}].name", f"there are two layers {layer.name!r}: give each its own name")
        seen.add(layer.name.lower() if layer else "")
    if notes.mistakes:
        raise NotationError(notes.mistakes)
    return Definition(zone_name, tuple(layer for layer in read if layer))


def to_json(definition: Definition) -> dict[str, Any]:
    """The one way to write a definition: what is stored, compared and shown."""
    return {
        "time_zone": definition.time_zone,
        "layers": [_layer_json(layer, definition.time_zone) for layer in definition.layers],
    }


def _layer(value: object, path: str, zone_name: str, bounds: Bounds | None, notes: Notes) -> Layer | None:
    known = ("name", "priority", "time_zone", "rotation", "restrictions")
    fields = _mapping(value, path, known, notes)
    before = len(notes.mistakes)
    name = _name(fields.get("name"), f"{path}.name", notes)
    priority = _whole(fields.get("priority", 0), f"{path}.priority", 0, PRIORITY_MAX, notes)
    own_zone = fields.get("time_zone")
    zone_name = _zone(own_zone, f"{path}.time_zone", notes) if own_zone else zone_name
    rotation = _rotation(fields.get("rotation"), f"{path}.rotation", zone_name, bounds, notes)
    most = bounds.restrictions if bounds else None
    entries = _list(fields.get("restrictions") or [], f"{path}.restrictions", most, notes)
    restrictions = [_restriction(entry, f"{path}.restrictions[{index}]", notes) for index, entry in enumerate(entries)]
    if rotation is None or len(notes.mistakes) > before:
        return None
    return Layer(name, priority, rotation, tuple(restrictions))


def _rotation(value: object, path: str, zone_name: str, bounds: Bounds | None, notes: Notes) -> Rotation | None:
    before = len(notes.mistakes)
    fields = _mapping(value, path, ("unit", "length", "start", "end", "handoffs", "participants"), notes)
    if len(notes.mistakes) > before:
        return None
    clock = wall_clock(zone_name)
    unit = _unit(fields.get("unit"), f"{path}.unit", notes)
    length = _whole(fields.get("length", 1), f"{path}.length", 1, LENGTH_MAX[unit.value], notes)
    start = _read(parse_moment, fields.get("start"), f"{path}.start", notes, clock)
    end = _read(parse_moment, fields["end"], f"{path}.end", notes, clock) if fields.get("end") else None
    if start and end and end.instant <= start.instant:
        notes.refuse(f"{path}.end", "must be later than start")
    handoffs = _handoffs(fields.get("handoffs") or [], f"{path}.handoffs", unit, bounds, notes)
    participants = _participants(fields.get("participants"), f"{path}.participants", bounds, notes)
    if start is None or len(notes.mistakes) > before:
        return None
    return Rotation(
        unit=unit,
        length=length,
        anchor=start.wall,
        zone_name=zone_name,
        participants=participants,
        starts_at=start.instant,
        ends_at=end.instant if end else None,
        handoffs=handoffs,
    )


def _handoffs(value: object, path: str, unit: RotationUnit, bounds: Bounds | None, notes: Notes) -> tuple[Handoff, ...]:
    entries = _list(value, path, bounds.handoffs if bounds else None, notes)
    if bool(entries) is not (unit is RotationUnit.CUSTOM):
        words = (
            "are for the unit custom: leave them out" if entries else "are required: say at which weekdays and times"
        )
        notes.refuse(path, words)
    found = set()
    for index, entry in enumerate(entries):
        here = f"{path}[{index}]"
        fields = _mapping(entry, here, ("weekday", "time"), notes)
        weekday = _read(parse_weekday, fields.get("weekday"), f"{here}.weekday", notes)
        minute = _read(parse_minute_of_day, fields.get("time"), f"{here}.time", notes)
        if weekday is None or minute is None:
            continue
        if (handoff := Handoff(weekday, minute)) in found:
            notes.refuse(here, "stands there twice: remove one")
        found.add(handoff)
    return tuple(sorted(found))


def _participants(value: object, path: str, bounds: Bounds | None, notes: Notes) -> tuple[int, ...]:
    entries = _list(value if value is not None else [], path, bounds.participants if bounds else None, notes)
    if not entries:
        notes.refuse(path, "are required: name at least one person")
    for index, entry in enumerate(entries):
        if isinstance(entry, bool) or not isinstance(entry, int):
            notes.refuse(f"{path}[{index}]", f"must be the id of a person, got {entry!r}")
    return tuple(entry for entry in entries if isinstance(entry, int))


def _restriction(value: object, path: str, notes: Notes) -> Restriction:
    fields = _mapping(value, path, ("weekdays", "start", "end"), notes)
    named = _list(fields.get("weekdays") or list(WEEKDAYS), f"{path}.weekdays", 7, notes)
    weekdays = {_read(parse_weekday, day, f"{path}.weekdays[{index}]", notes) for index, day in enumerate(named)}
    start = _read(parse_minute_of_day, fields.get("start", "00:00"), f"{path}.start", notes)
    end = _read(_end_of_day, fields.get("end", "24:00"), f"{path}.end", notes)
    return Restriction(frozenset(day for day in weekdays if day is not None), start or 0, end or 0)


def _end_of_day(value: object) -> int:
    return parse_minute_of_day(value, is_end=True)


def _mapping(value: object, path: str, known: tuple[str, ...], notes: Notes) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        notes.refuse(path, "is required: add it" if value is None else f"must have {', '.join(known)}")
        return {}
    for name in value:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            notes.refuse(f"{path}.{name}".lstrip("."), f"is not known here: {hint}")
    return value


def _list(value: object, path: str, most: int | None, notes: Notes) -> list[Any]:
    if not isinstance(value, list):
        notes.refuse(path, "must be a list")
        return []
    if most is not None and len(value) > most:
        notes.refuse(path, f"has {len(value)} entries: at most {most} are allowed")
        return value[:most]
    return value


def _name(value: object, path: str, notes: Notes) -> str:
    name = value.strip() if isinstance(value, str) else ""
    if not name:
        notes.refuse(path, "is required: name the layer, such as Primary")
    elif len(name) > NAME_LENGTH_MAX:
        notes.refuse(path, f"has {len(name)} characters: at most {NAME_LENGTH_MAX} are allowed")
    return name


def _whole(value: object, path: str, least: int, most: int, notes: Notes) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        notes.refuse(path, f"must be a whole number from {least} to {most}, got {value!r}")
        return least
    return value


def _unit(value: object, path: str, notes: Notes) -> RotationUnit:
    text = str(value).strip().lower()
    try:
        return RotationUnit(_UNIT_WORDS.get(text, text))
    except ValueError:
        notes.refuse(path, "is required: write one of " + _UNITS if value is None else f"must be one of {_UNITS}")
        return RotationUnit.WEEK


@cache
def _zone_names() -> frozenset[str]:
    """Every IANA zone. Looking them up walks through the directories of the database: once is enough."""
    return frozenset(available_timezones() - {"localtime", "posixrules", "Factory"})


def _zone(value: object, path: str, notes: Notes) -> str:
    if isinstance(value, str) and value in _zone_names():
        return value
    near = difflib.get_close_matches(str(value)[:60], sorted(_zone_names()), n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else "write one such as Europe/Berlin or UTC"
    notes.refuse(path, f"{str(value)[:60]!r} is no IANA time zone: {hint}")
    return "UTC"


def _read(
    parse: Callable[..., _Read], value: object, path: str, notes: Notes, clock: WallClock | None = None
) -> _Read | None:
    if value is None:
        notes.refuse(path, "is required: add it")
        return None
    try:
        return parse(value) if clock is None else parse(value, clock=clock)
    except TimeError as error:
        notes.refuse(path, str(error))
        return None


def _layer_json(layer: Layer, zone_name: str) -> dict[str, Any]:
    rotation = layer.rotation
    clock = wall_clock(rotation.zone_name)
    written: dict[str, Any] = {"name": layer.name, "priority": layer.priority}
    if rotation.zone_name != zone_name:
        written["time_zone"] = rotation.zone_name
    written["rotation"] = {
        "unit": rotation.unit.value,
        "length": rotation.length,
        "start": _start_text(rotation, clock),
        **({"end": format_moment(rotation.ends_at, clock=clock)} if rotation.ends_at is not None else {}),
        **({"handoffs": [_handoff_json(handoff) for handoff in rotation.handoffs]} if rotation.handoffs else {}),
        "participants": list(rotation.participants),
    }
    written["restrictions"] = [_restriction_json(restriction) for restriction in layer.restrictions]
    return written


def _start_text(rotation: Rotation, clock: WallClock) -> str:
    """The anchor, which may be a time that the clock skipped; UTC where it would name another instant."""
    if clock.instant(to_wall_seconds(rotation.anchor)) == rotation.starts_at:
        return rotation.anchor.isoformat(timespec="minutes")
    return format_moment(rotation.starts_at, clock=clock)


def _handoff_json(handoff: Handoff) -> dict[str, str]:
    return {"weekday": WEEKDAYS[handoff.weekday], "time": format_minute_of_day(handoff.minute)}


def _restriction_json(restriction: Restriction) -> dict[str, Any]:
    return {
        "weekdays": [WEEKDAYS[day] for day in sorted(restriction.weekdays)],
        "start": format_minute_of_day(restriction.start),
        "end": format_minute_of_day(restriction.end),
    }
