"""Burn alerts as stretches: several rules of an objective fire for one and the same burn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Firing:
    """One alert of *objective*, [start, end); end None: it fires. burn: in multiples of what the budget allows."""

    objective: Hashable
    start: datetime
    end: datetime | None
    burn: float | None


@dataclass(frozen=True, slots=True)
class Burn:
    """What was burning without a break: from the first firing to the last end. strength: the highest burn told."""

    objective: Hashable
    start: datetime
    end: datetime | None
    strength: float | None
    firings: int


def burns_of(firings: Iterable[Firing]) -> list[Burn]:
    """Firings of an objective that overlap or touch are one burn; in the order of their starts."""
    by_objective: dict[Hashable, list[Firing]] = defaultdict(list)
    for one in firings:
        by_objective[one.objective].append(one)
    found: list[Burn] = []
    for objective, listed in by_objective.items():
        found += _joined(objective, sorted(listed, key=lambda one: one.start))
    return sorted(found, key=lambda burn: burn.start)


def _joined(objective: Hashable, firings: list[Firing]) -> list[Burn]:
    joined: list[Burn] = []
    for one in firings:
        last = joined[-1] if joined else None
        if last is None or (last.end is not None and last.end < one.start):
            joined.append(Burn(objective, one.start, one.end, one.burn, 1))
            continue
        end = None if last.end is None or one.end is None else max(last.end, one.end)
        told = [burn for burn in (last.strength, one.burn) if burn is not None]
        joined[-1] = Burn(objective, last.start, end, max(told, default=None), last.firings + 1)
    return joined
