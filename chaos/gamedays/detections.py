"""When somebody's rules saw a fault: each room that has alerts registers a function at start-up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

import structlog
from django.db import DatabaseError

from reliability.kit.periods import Period

log = structlog.get_logger(__name__)

ALERTS_MAX = 500


@dataclass(frozen=True, slots=True)
class Alerted:
    """An alert of a service of the team. words: its title. at: when it was received."""

    service_id: int
    at: datetime
    words: str


class Detections(Protocol):
    def __call__(self, *, team_id: int, service_ids: Collection[int], period: Period) -> list[Alerted]: ...


_SOURCES: dict[str, Detections] = {}


def register(name: str, fn: Detections) -> None:
    """Ask *fn* for the alerts that the team may see, of these services, received in *period*.

    Raises ValueError when the name is taken by another function.
    """
    known = _SOURCES.setdefault(name, fn)
    if known is not fn:
        raise ValueError(f"there are two detections {name!r}: choose another name")


def sources() -> Mapping[str, Detections]:
    return MappingProxyType(_SOURCES)


def forget(name: str) -> None:
    """For tests that register their own."""
    _SOURCES.pop(name, None)


def alerts(*, team_id: int, service_ids: Collection[int], period: Period) -> list[Alerted]:
    """Of all sources, the first first. One that fails is left out: a page is shown without it."""
    if not service_ids or period.is_empty:
        return []
    found: list[Alerted] = []
    for name, ask in _SOURCES.items():
        try:
            found += ask(team_id=team_id, service_ids=service_ids, period=period)[:ALERTS_MAX]
        except DatabaseError:
            raise
        except Exception:  # a fault of another room
            log.exception("detections_failed", source=name)
    return sorted(found, key=lambda one: (one.at, one.words))
