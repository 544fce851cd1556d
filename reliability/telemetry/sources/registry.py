"""Every kind of source there is. A new kind is a folder here and a line below."""

from __future__ import annotations

from reliability.telemetry.sources.counts import CountsKind
from reliability.telemetry.sources.kind import SourceKind
from reliability.telemetry.sources.prometheus import PrometheusKind

_KINDS: tuple[SourceKind, ...] = (PrometheusKind(), CountsKind())
KINDS: dict[str, SourceKind] = {kind.name: kind for kind in _KINDS}


class UnknownKindError(ValueError):
    """A kind that no folder provides."""


def kind_of(name: str) -> SourceKind:
    """Raises UnknownKindError naming the known kinds."""
    try:
        return KINDS[name]
    except KeyError:
        raise UnknownKindError(f"there is no source kind {name!r}: choose one of {', '.join(KINDS)}") from None
