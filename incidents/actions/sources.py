"""Where actions come from: the room that knows says how to show it, at start-up.

    register_source("postmortem", link_of_postmortem)

`resolve(caller=…, key=…)` answers a link, or None when there is no such thing or the caller may not see it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from incidents.actions.domain.drafts import Source
from reliability.access.domain.caller import Caller

__all__ = ["Source", "SourceLink", "link_of", "register_source"]


@dataclass(frozen=True, slots=True)
class SourceLink:
    """url: a path of ours."""

    title: str
    url: str


class Resolve(Protocol):
    def __call__(self, *, caller: Caller, key: str) -> SourceLink | None: ...


_SOURCES: dict[str, Resolve] = {}


def register_source(kind: str, resolve: Resolve) -> None:
    """Raises ValueError when another function resolves the kind."""
    if _SOURCES.setdefault(kind, resolve) is not resolve:
        raise ValueError(f"there is a source {kind!r} already: choose another kind")


def link_of(*, caller: Caller, kind: str, key: str) -> SourceLink | None:
    """None for a kind nobody knows, too: it may come from a room that is switched off."""
    resolve = _SOURCES.get(kind)
    return resolve(caller=caller, key=key) if resolve is not None and key else None
