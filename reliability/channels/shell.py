"""What this room adds to the shell of every page: its place, and channels in the search."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse

from reliability.channels.selectors.channels import list_channels
from reliability.web.navigation import Place, register_place
from reliability.web.search import Hit, register_search


def channels_found(request: HttpRequest, query: str, limit: int) -> Sequence[Hit]:
    """Readable channels whose name or title holds the query."""
    found = list_channels(caller=request.caller, text=query)[:limit]  # type: ignore[attr-defined]  # the middleware sets it
    return [
        Hit("Channel", str(channel), reverse("channel-detail", args=(channel.name,)), channel.team.name, icon="bell")
        for channel in found
    ]


register_place(Place("channels", "Channels", "/channels/", "bell", 72, is_prominent=False, group="below"))
register_search("channels", channels_found)
