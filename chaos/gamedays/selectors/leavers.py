"""Who was asked and is not there any more: their links and messages are worth nothing."""

from __future__ import annotations

from chaos.gamedays.models import Invitee
from reliability.access.models import Membership


def has_left(*, invitee: Invitee) -> bool:
    """A user who was switched off or deleted, or left the team since. Needs invitee.user and game_day at hand."""
    if invitee.is_outside:
        return False
    if invitee.user is None or not invitee.user.is_active:
        return True
    if not invitee.was_member:
        return False
    return not Membership.objects.filter(team_id=invitee.game_day.team_id, user=invitee.user).exists()
