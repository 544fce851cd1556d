"""Where an indicator is measured, in words and as written."""

from __future__ import annotations

from dataclasses import dataclass

from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.telemetry.domain.specs import describe_spec
from reliability.telemetry.models import Source
from slo.models import Sli
from slo.selectors.errors import error_words
from slo.selectors.series import SeriesExtent, extent_of

_QUERIES = {
    "good": "Good events",
    "bad": "Bad events",
    "valid": "All events",
    "success": "Share of good events",
    "failure": "Share of bad events",
    "metric": "Histogram",
    "query": "Query",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """`queries` are (label, text) as the source is asked; empty for pushed counts. source is None when private."""

    sli: Sli
    source: Source | None
    last_error: str
    words: str
    queries: list[tuple[str, str]]
    extent: SeriesExtent

    @property
    def is_pushed(self) -> bool:
        return bool(self.sli.spec.get("kind") == "pushed")


def measured(sli: Sli | None, *, caller: Caller) -> Measured | None:
    """The indicator as it is measured now, its source joined; None for one that is private to another team."""
    shown = visible(caller=caller, related=sli)
    if shown is None:
        return None
    return Measured(
        sli=shown,
        source=visible(caller=caller, related=shown.source),
        last_error=error_words(caller=caller, source=shown.source, error=shown.last_error),
        words=describe_spec(shown.spec),
        queries=[(label, str(shown.spec[key])) for key, label in _QUERIES.items() if shown.spec.get(key)],
        extent=extent_of(sli=shown),
    )
