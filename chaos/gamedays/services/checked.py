"""What people wrote, checked field by field: texts, zones, members of the team."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from chaos.gamedays.domain.bounds import missing, too_long
from reliability.access.models import Membership, User
from reliability.kit.wall_clock import wall_clock
from reliability.web.errors import Invalid


def check_texts(
    *,
    texts: Mapping[str, str],
    most: Mapping[str, int],
    needed: Mapping[str, str] | None = None,
    others: list[dict[str, Any]] | None = None,
) -> None:
    """Raises Invalid with a detail for each field; *others* are mistakes that were found already."""
    details = [*missing(texts=texts, needed=needed or {}), *too_long(texts=texts, most=most), *(others or [])]
    if details:
        raise Invalid(details=details)


def is_zone(name: str) -> bool:
    try:
        wall_clock(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def member(*, team_id: int, user_id: int, field: str) -> User:
    """An active member of the team. Raises Invalid at *field*."""
    rows = Membership.objects.filter(team_id=team_id, user_id=user_id, user__is_active=True)
    found = rows.select_related("user").first()
    if found is None:
        raise Invalid(details=[{"field": field, "message": "is nobody of the team: choose one of its members"}])
    return found.user


def scenario_id_of(*, ids: Mapping[int, Any], scenario_id: int | None) -> int | None:
    """Raises Invalid for one of another game day."""
    if scenario_id is not None and scenario_id not in ids:
        raise Invalid(details=[{"field": "scenario", "message": "is none of this game day"}])
    return scenario_id
