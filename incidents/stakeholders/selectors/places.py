"""How a stakeholder is reached, in words, and whether they still are."""

from __future__ import annotations

from urllib.parse import urlsplit

from incidents.stakeholders.domain.kinds import Way
from incidents.stakeholders.models import Stakeholder
from reliability.access.models import Membership


def place_words(stakeholder: Stakeholder) -> str:
    """For those who may respond: `mail to ines@example.org`. Needs user and channel at hand."""
    way = Way(stakeholder.way)
    if way is Way.PERSON:
        return f"{stakeholder.user}, by their own way" if stakeholder.user is not None else "somebody who is gone"
    if way is Way.EMAIL:
        return f"mail to {stakeholder.address}"
    if way is Way.CHANNEL:
        return f"channel {stakeholder.channel}" if stakeholder.channel is not None else "a channel that is gone"
    return f"webhook at {urlsplit(str(stakeholder.config.get('url', ''))).hostname or 'an unknown host'}"


def why_silent(stakeholder: Stakeholder) -> str:
    """Why they are told nothing any more; blank: they are told. Needs user and channel at hand."""
    if stakeholder.unsubscribed_at is not None:
        return "they asked to be told no more"
    if not stakeholder.is_enabled:
        return "switched off"
    way = Way(stakeholder.way)
    if way is Way.PERSON:
        return _why_gone(stakeholder)
    if way is Way.CHANNEL and (stakeholder.channel is None or not stakeholder.channel.is_enabled):
        return "the channel is gone or switched off"
    return ""


def _why_gone(stakeholder: Stakeholder) -> str:
    user = stakeholder.user
    if user is None or not user.is_active:
        return "they are not there any more"
    if stakeholder.was_member and not _is_member(stakeholder):
        return "they left the team"
    return ""


def _is_member(stakeholder: Stakeholder) -> bool:
    return Membership.objects.filter(team_id=stakeholder.team_id, user=stakeholder.user).exists()
