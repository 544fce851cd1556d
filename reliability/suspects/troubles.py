"""Incidents, as the room above knows them: it says at start-up how to ask for one, and where its page is.

    register_incidents(incident_trouble)

`incident_trouble(incident_id=…)` returns what suspects are looked for, None when it is not there or is no incident of
its own (merged into another, a false positive).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class IncidentTrouble:
    """An incident. started_at: when users began to notice; ended_at: resolved. service_ids: impacted, also those of
    impacted objectives; slo_ids: impacted objectives."""

    team_id: int
    title: str
    started_at: datetime
    ended_at: datetime | None
    service_ids: tuple[int, ...]
    slo_ids: tuple[int, ...]


class IncidentOf(Protocol):
    def __call__(self, *, incident_id: int) -> IncidentTrouble | None: ...


_SOURCES: list[IncidentOf] = []


def register_incidents(fn: IncidentOf) -> None:
    """Say how incidents are asked for. Raises ValueError when somebody else has."""
    if _SOURCES and [fn] != _SOURCES:
        raise ValueError("there is a source of incidents already: take one away")
    _SOURCES[:] = [fn]


def incident_trouble(*, incident_id: int) -> IncidentTrouble | None:
    """The incident; None where no room tells of any."""
    return _SOURCES[0](incident_id=incident_id) if _SOURCES else None
