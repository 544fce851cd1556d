"""Search over every room: rooms register providers, the palette and /search/ ask all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from reliability.web.navigation import places

LIMIT_PER_PROVIDER = 8
QUERY_LENGTH_MAX = 100


@dataclass(frozen=True, slots=True)
class Hit:
    """kind: the noun shown beside it ("Objective"); detail: what tells it from its namesakes."""

    kind: str
    title: str
    url: str
    detail: str = ""
    icon: str = "target"


Provider = Callable[[HttpRequest, str, int], Sequence[Hit]]
_PROVIDERS: dict[str, Provider] = {}


def register_search(name: str, provider: Provider) -> None:
    """`provider(request, query, limit)` returns hits `request.caller` may read; at start-up only."""
    _PROVIDERS[name] = provider


def hits_for(request: HttpRequest, query: str) -> list[Hit]:
    """Places first, then each room's objects. An empty query finds the places."""
    query = query.strip()[:QUERY_LENGTH_MAX]
    hits = [
        Hit("Place", place.title, place.path, icon=place.icon)
        for place in places()
        if query.lower() in place.title.lower()
    ]
    if query:
        for provider in _PROVIDERS.values():
            hits.extend(provider(request, query, LIMIT_PER_PROVIDER))
    return hits
