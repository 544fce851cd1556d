"""What every operation on a game day answers with, and names that it looks up."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from chaos.gamedays.api.shapes import day_out
from chaos.gamedays.models import GameDay
from chaos.gamedays.selectors import game_days
from chaos.gamedays.selectors.scoring import scored
from reliability.access.models import Membership
from reliability.access.requests import AccessRequest
from reliability.web.errors import Invalid


def seen(request: AccessRequest, number: int) -> GameDay:
    """404 before anything else for what is not the caller's to see."""
    return game_days.game_day(caller=request.caller, number=number)


def answer(request: AccessRequest, number: int) -> dict[str, Any]:
    """The game day as it is now."""
    day = seen(request, number)
    return day_out(
        day,
        roles=game_days.roles_of(game_day=day),
        checklist=game_days.checklist_of(game_day=day),
        scores=scored(game_day=day, now=timezone.now()).scenarios,
        caller=request.caller,
    )


def member_id(*, team_id: int, address: str, field: str) -> int | None:
    """Of the team, by mail address; None for a blank one. Raises Invalid."""
    if not address:
        return None
    rows = Membership.objects.filter(team_id=team_id, user__email__iexact=address.strip(), user__is_active=True)
    found = rows.values_list("user_id", flat=True).first()
    if found is None:
        raise Invalid(details=[{"field": field, "message": "is nobody of the team: write a member's mail address"}])
    return found
