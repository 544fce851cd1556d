"""Which dependencies of a service make its chain: the nearest that promise something, each once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edge:
    """Something that is needed; soft ones can be done without."""

    to: int
    is_hard: bool


@dataclass(frozen=True, slots=True)
class Reached:
    """Services by id. promising: in the chain. silent: promise nothing, so what they need stands in the chain for them.

    soft: direct ones that can be done without. hidden_count: not the reader's to see; behind them nothing is told.
    """

    promising: tuple[int, ...]
    silent: tuple[int, ...]
    soft: tuple[int, ...]
    hidden_count: int


def chain_links(
    *, root: int, edges: Mapping[int, Sequence[Edge]], promising: Collection[int], readable: Set[int]
) -> Reached:
    """Walk the hard dependencies of *root* until one promises something: its promise holds what it needs itself.

    What several need counts once: it fails for all of them at the same time.
    """
    found: list[int] = []
    silent: list[int] = []
    hidden: set[int] = set()
    seen = {root}
    waiting = [root]
    while waiting:
        for edge in edges.get(waiting.pop(0), ()):
            if not edge.is_hard or edge.to in seen:
                continue
            seen.add(edge.to)
            if edge.to not in readable:
                hidden.add(edge.to)
            elif edge.to in promising:
                found.append(edge.to)
            else:
                silent.append(edge.to)
                waiting.append(edge.to)
    soft = tuple(edge.to for edge in edges.get(root, ()) if not edge.is_hard and edge.to in readable - seen)
    return Reached(tuple(found), tuple(silent), soft, len(hidden))
