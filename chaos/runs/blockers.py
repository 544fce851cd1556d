"""What other rooms know that keeps a run from beginning, or ends it: each registers a function at start-up.

An incident room tells of open incidents, a rota that nobody is on call, a calendar that there is a freeze.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from chaos.runs.models import Run

ON_CALL = "on_call"  # of the rota: the one blocker that a policy may do without


@dataclass(frozen=True, slots=True)
class Blocker:
    """Why not, in words that follow "because". is_temporary: it may pass while the run waits; until: when, if known."""

    reason: str
    url: str = ""
    is_temporary: bool = False
    until: datetime | None = None


class BlockerSource(Protocol):
    def __call__(self, *, run: Run, at: datetime) -> list[Blocker]: ...


@dataclass(frozen=True, slots=True)
class Registered:
    """stops_runs: asked while runs are under way, too. words: what is fine when nothing blocks."""

    name: str
    find: BlockerSource
    stops_runs: bool
    words: str


_SOURCES: dict[str, Registered] = {}


def register_blocker(name: str, fn: BlockerSource, *, stops_runs: bool = False, words: str = "") -> None:
    """Ask *fn* before every run that is not dry. Raises ValueError when the name is taken by another function.

    name: a slug, shown as the guard's. words: what its reason says when nothing blocks, such as "nobody is paged".
    """
    known = _SOURCES.setdefault(name, Registered(name, fn, stops_runs, words))
    if known.find is not fn:
        raise ValueError(f"there are two blockers {name!r}: choose another name")


def sources() -> Mapping[str, Registered]:
    return MappingProxyType(_SOURCES)


def forget_blocker(name: str) -> None:
    """For tests that register their own."""
    _SOURCES.pop(name, None)
