"""Postmortems in the search of the whole product, and as the source of action items."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse

from incidents.actions.sources import SourceLink
from incidents.postmortems.selectors.postmortems import postmortem as get_postmortem
from incidents.postmortems.selectors.search import search
from reliability.access.domain.caller import Caller
from reliability.web.errors import NotFound
from reliability.web.search import Hit


def postmortems_found(request: HttpRequest, query: str, limit: int) -> Sequence[Hit]:
    """Readable ones that hold every word, wherever."""
    caller: Caller = request.caller  # type: ignore[attr-defined]  # AccessRequest declares it
    return [
        Hit(
            "Postmortem",
            one.postmortem.title,
            reverse("postmortem-detail", args=(one.postmortem.pk,)),
            "".join(piece.text for piece in one.pieces),
            icon="book",
        )
        for one in search(caller=caller, text=query, limit=limit)
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
