"""What else may have caused a burn: rooms above tell of their own changes at start-up.

    register_candidates("runs", fault_candidates)

`fault_candidates(service_ids=…, period=…, limit=…)` returns at most *limit* of what was done to the services in the
period, the newest, by a fixed number of queries. It is asked for all there is, whoever asks; `Told.team_ids` says who
may be told its name.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from reliability.catalog.models import Service
from reliability.kit.periods import Period
from reliability.suspects.domain.kinds import SuspectKind


@dataclass(frozen=True, slots=True)
class Told:
    """A change as its room knows it. key: unique among all; label, url: for those who may read all of team_ids.

    began_at, ended_at, mends: as in `domain.ranking.Candidate`. service None: it names none, and is of all the team.
    """

    key: str
    kind: SuspectKind
    began_at: datetime
    ended_at: datetime | None
    service: Service | None
    label: str
    url: str
    team_ids: frozenset[int]
    mends: bool = False
    deployment_id: int | None = None


class CandidatesOf(Protocol):
    def __call__(self, *, service_ids: Collection[int], period: Period, limit: int) -> Sequence[Told]: ...


_SOURCES: dict[str, CandidatesOf] = {}


def register_candidates(name: str, fn: CandidatesOf) -> None:
    """Add a source. Raises ValueError when another has its name."""
    if _SOURCES.setdefault(name, fn) is not fn:
        raise ValueError(f"there are candidates {name!r} already: choose another name")


def candidates_from_above(*, service_ids: Collection[int], period: Period, limit: int) -> list[Told]:
    """Of all sources, in the order of their names."""
    asked = [_SOURCES[name] for name in sorted(_SOURCES)]
    return [one for ask in asked for one in ask(service_ids=service_ids, period=period, limit=limit)]
