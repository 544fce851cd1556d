"""Whose a blackout is, and which services it may name: the same for our own and for those of calendars."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from chaos.schedules.models import Blackout, BlackoutFeed
from reliability.access.domain.caller import Caller, Role
from reliability.access.services.authorize import require, require_installation
from reliability.catalog.models import Service
from reliability.kit.wall_clock import wall_clock
from reliability.web.errors import Conflict, Invalid

SERVICES_MAX = 100
Detail = dict[str, object]


def require_owner(*, caller: Caller, team_id: int | None) -> None:
    """Editors of the team; of the installation its administrators. Raises Forbidden, NotFound."""
    if team_id is None:
        require_installation(caller=caller)
    else:
        require(caller=caller, team_id=team_id, role=Role.EDITOR)


def require_room(*, model: type[Blackout] | type[BlackoutFeed], team_id: int | None, most: int, noun: str) -> None:
    """Raises Conflict when there are *most* already."""
    if model.objects.filter(team_id=team_id).count() >= most:
        whose = "the installation" if team_id is None else "the team"
        raise Conflict(f"{whose} has {most:,} {noun}: delete some first", reason="too_many")


def services_named(*, caller: Caller, team_id: int | None, ids: Sequence[int]) -> QuerySet[Service]:
    """The services with these ids. Raises Invalid for one of another team (of the installation: one not to be seen)."""
    wanted = set(ids)
    if len(wanted) > SERVICES_MAX:
        raise Invalid(
            details=[{"field": "services", "message": f"names at most {SERVICES_MAX}: leave it blank for all"}]
        )
    allowed = Service.objects.readable_by(caller).filter(pk__in=wanted)
    found: QuerySet[Service] = allowed if team_id is None else allowed.filter(team_id=team_id)
    if found.count() != len(wanted):
        words = "names a service that is gone, or of another team: a team forbids runs of its own services"
        raise Invalid(details=[{"field": "services", "message": words}])
    return found.order_by("name", "pk")


def zone_mistake(name: str) -> str:
    """What is wrong with the name of a zone; blank for nothing."""
    try:
        wall_clock(name)
    except (ValueError, OSError, LookupError):
        return f"{name[:60]!r} is no time zone: write one such as Europe/Berlin or UTC"
    return ""
