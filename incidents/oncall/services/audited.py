"""A definition as the audit trail tells it: people by name, a field for each layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reliability.access.models import User


def differences(*, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> dict[str, list[Any]]:
    """{"field": [old, new]} of two stored definitions, either of which may be missing."""
    users = User.objects.in_bulk(_people(old) | _people(new))
    before, after = _fields(old, users), _fields(new, users)
    return {
        name: [before.get(name), after.get(name)] for name in {**before, **after} if before.get(name) != after.get(name)
    }


def _people(definition: Mapping[str, Any] | None) -> set[int]:
    layers = definition["layers"] if definition else []
    return {user_id for layer in layers for user_id in layer["rotation"]["participants"]}


def _fields(definition: Mapping[str, Any] | None, users: Mapping[int, User]) -> dict[str, str]:
    if definition is None:
        return {}
    layers = definition["layers"]
    named = {f"layer {layer['name']}": _words(layer, users) for layer in layers}
    return {"time_zone": definition["time_zone"], "layers": ", ".join(layer["name"] for layer in layers), **named}


def _words(layer: Mapping[str, Any], users: Mapping[int, User]) -> str:
    rotation = layer["rotation"]
    people = ", ".join(str(users.get(user_id, f"person {user_id}, deleted")) for user_id in rotation["participants"])
    parts = [people, f"{rotation['length']} {rotation['unit']} from {rotation['start']}"]
    if handoffs := rotation.get("handoffs"):
        parts.append("hand-overs " + ", ".join(f"{entry['weekday']} {entry['time']}" for entry in handoffs))
    if rotation.get("end"):
        parts.append(f"until {rotation['end']}")
    parts += [f"only {','.join(entry['weekdays'])} {entry['start']}-{entry['end']}" for entry in layer["restrictions"]]
    if layer.get("time_zone"):
        parts.append(layer["time_zone"])
    return "; ".join([*parts, f"priority {layer['priority']}"])
