"""Reading channels: what a caller may see."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from reliability.access.domain.caller import Caller
from reliability.channels.models import Channel
from reliability.web.errors import NotFound


def list_channels(*, caller: Caller, text: str = "", team: str = "", kind: str = "") -> QuerySet[Channel]:
    """The readable channels with their teams, by name; each argument given narrows them."""
    channels: QuerySet[Channel] = Channel.objects.readable_by(caller).select_related("team").defer("secrets")
    if text:
        channels = channels.filter(Q(name__icontains=text) | Q(title__icontains=text))
    if team:
        channels = channels.filter(team__slug=team)
    if kind:
        channels = channels.filter(kind=kind)
    return channels.order_by("name", "pk")


def channel(*, caller: Caller, name: str) -> Channel:
    """One readable channel with its team. Raises NotFound, for private ones of other teams, too."""
    found: Channel | None = Channel.objects.readable_by(caller).select_related("team").filter(name=name).first()
    if found is None:
        raise NotFound(f"there is no channel {name!r}, or it is not yours to see")
    return found
