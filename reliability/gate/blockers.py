"""What rooms above know that speaks against a change now: each registers a function at start-up.

    register_blockers("incidents", incidents_of_services)

An incident room tells of open severe incidents, a room of experiments that a fault is in place. Which weight they have
is for the team to say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from reliability.gate.domain.kinds import ReasonKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """kind: INCIDENT or EXPERIMENT. words follow "because". team_ids: who reads all of these teams is told `words` and
    `url`, others `hidden_words`. until: when it is over, if that is known."""

    service_id: int
    kind: ReasonKind
    words: str
    hidden_words: str
    team_ids: frozenset[int]
    url: str = ""
    until: datetime | None = None


class BlockerSource(Protocol):
    """Of any of these services, by a fixed number of queries, whoever asks."""

    def __call__(self, *, service_ids: Collection[int], at: datetime) -> Iterable[Blocker]: ...


_SOURCES: dict[str, BlockerSource] = {}


def register_blockers(name: str, fn: BlockerSource) -> None:
    """Raises ValueError when another source has the name."""
    if _SOURCES.setdefault(name, fn) is not fn:
        raise ValueError(f"there are blockers {name!r} already: choose another name")


def forget_blockers(name: str) -> None:
    """For tests that register their own."""
    _SOURCES.pop(name, None)


def blockers_of(*, service_ids: Collection[int], at: datetime) -> Mapping[int, Sequence[Blocker]]:
    """What every source tells, by service."""
    found: dict[int, list[Blocker]] = defaultdict(list)
    for name in sorted(_SOURCES):
        for one in _SOURCES[name](service_ids=service_ids, at=at):
            found[one.service_id].append(one)
    return found
