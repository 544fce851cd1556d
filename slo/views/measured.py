"""Where an indicator is measured, in words and as written."""

from __future__ import annotations

from dataclasses import dataclass

from reliability.telemetry.domain.specs import describe_spec
from slo.models import Sli
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
    """`queries` are (label, text) as the source is asked; empty for pushed counts."""

    sli: Sli
    words: str
    queries: list[tuple[str, str]]
    extent: SeriesExtent

    @property
    def is_pushed(self) -> bool:
        return bool(self.sli.spec.get("kind") == "pushed")


def measured(sli: Sli) -> Measured:
    """The indicator as it is measured now; its source must be joined."""
    queries = [(label, str(sli.spec[key])) for key, label in _QUERIES.items() if sli.spec.get(key)]
    return Measured(sli=sli, words=describe_spec(sli.spec), queries=queries, extent=extent_of(sli=sli))
