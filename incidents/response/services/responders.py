"""Who works on an incident: joining is free, several may."""

from __future__ import annotations

from datetime import datetime

from incidents.response.models import Incident, IncidentRole


def join(*, incident: Incident, user_id: int | None, now: datetime) -> bool:
    """Make a person a responder. False when they are one already, or when it is no person."""
    if user_id is None:
        return False
    wanted = {"incident": incident, "role": IncidentRole.Role.RESPONDER, "user_id": user_id, "left_at": None}
    _, is_new = IncidentRole.objects.get_or_create(**wanted, defaults={"taken_at": now})
    return is_new
