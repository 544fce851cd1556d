"""Schedules as tests write them."""

from __future__ import annotations

from typing import Any

from reliability.access.models import User


def layer(*people: User | str, name: str = "Primary", priority: int = 1, **rotation: Any) -> dict[str, Any]:
    """A weekly layer since Monday 5 January 2026, 09:00; give `unit`, `start`, … to change the rotation."""
    emails = [person if isinstance(person, str) else person.email for person in people]
    restrictions = rotation.pop("restrictions", [])
    written = {"unit": "week", "length": 1, "start": "2026-01-05T09:00", "participants": emails, **rotation}
    return {"name": name, "priority": priority, "rotation": written, "restrictions": restrictions}


def document(*layers: dict[str, Any], zone: str = "Europe/Berlin", **more: Any) -> dict[str, Any]:
    return {"team": "payments", "time_zone": zone, "layers": list(layers), **more}
