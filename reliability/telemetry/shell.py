"""What this room adds to the shell of every page: sources in the search."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse

from reliability.access.references import register_reference
from reliability.telemetry.models import Source
from reliability.telemetry.selectors.sources import list_sources
from reliability.web.search import Hit, register_search


def sources_found(request: HttpRequest, query: str, limit: int) -> Sequence[Hit]:
    """Readable sources whose name or title holds the query."""
    found = list_sources(caller=request.caller, text=query)[:limit]  # type: ignore[attr-defined]  # the middleware sets it
    return [
        Hit("Source", str(source), reverse("source-detail", args=(source.name,)), source.team.name, icon="plug")
        for source in found
    ]


register_search("sources", sources_found)
register_reference("source", Source, fields=("source",))
