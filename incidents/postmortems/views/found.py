"""Postmortems in the search of the whole product, and as the source of action items."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse

from incidents.actions.sources import SourceLink
from incidents.postmortems.domain.states import State
from incidents.postmortems.selectors.postmortems import PostmortemFilters, list_postmortems
from incidents.postmortems.selectors.postmortems import postmortem as get_postmortem
from reliability.access.domain.caller import Caller
from reliability.web.errors import NotFound
from reliability.web.search import Hit


def postmortems_found(request: HttpRequest, query: str, limit: int) -> Sequence[Hit]:
    """Readable ones that hold every word, wherever."""
    caller: Caller = request.caller  # type: ignore[attr-defined]  # AccessRequest declares it
    found = list_postmortems(caller=caller, filters=PostmortemFilters(text=query.replace("\0", "")))[:limit]
    return [
        Hit("Postmortem", one.title, reverse("postmortem-detail", args=(one.pk,)), State(one.state).words, icon="book")
        for one in found
    ]


def postmortem_source(*, caller: Caller, key: str) -> SourceLink | None:
    """key: the number of the postmortem."""
    if not key.isascii() or not key.isdigit() or len(key) > 18:
        return None
    try:
        found = get_postmortem(caller=caller, number=int(key))
    except NotFound:
        return None
    return SourceLink(f"Postmortem {found.title}", reverse("postmortem-detail", args=(found.pk,)))
