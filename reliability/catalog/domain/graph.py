"""The dependency graph: who needs whom, as plain numbers."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Edges = Mapping[int, Sequence["Edge"]]
DEPTH_MAX = 6


@dataclass(frozen=True, slots=True)
class Edge:
    """One dependency, seen from the service it is kept under: to the other end, hard or soft."""

    to: int
    is_hard: bool = True


@dataclass(frozen=True, slots=True)
class Node:
    """A service in a tree of dependencies. is_repeated: its own children stand elsewhere in the tree."""

    id: int
    is_hard: bool
    children: tuple[Node, ...] = ()
    is_repeated: bool = False


def edges_of(rows: Iterable[tuple[int, int, bool]]) -> tuple[Edges, Edges]:
    """From rows (service, needs, is_hard) to (what each needs, what needs each)."""
    needs: defaultdict[int, list[Edge]] = defaultdict(list)
    needed_by: defaultdict[int, list[Edge]] = defaultdict(list)
    for service, needed, is_hard in rows:
        needs[service].append(Edge(needed, is_hard))
        needed_by[needed].append(Edge(service, is_hard))
    return needs, needed_by


def path_between(*, edges: Edges, start: int, goal: int) -> tuple[int, ...] | None:
    """The shortest way from *start* to *goal* along the edges, both ends included, or None."""
    came_from: dict[int, int | None] = {start: None}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        if here == goal:
            return _way_back(came_from, goal)
        for edge in edges.get(here, ()):
            if edge.to not in came_from:
                came_from[edge.to] = here
                queue.append(edge.to)
    return None


def cycle_of(*, edges: Edges, service: int, needs: int) -> tuple[int, ...] | None:
    """The cycle that `service needs needs` would close, from *service* back to itself, or None."""
    way = path_between(edges=edges, start=needs, goal=service)
    return (service, *way) if way else None


def tree_of(*, edges: Edges, root: int) -> tuple[Node, ...]:
    """Everything reachable from *root* as a tree, each service opened once and at most DEPTH_MAX deep.

    Breadth first decides where a service is opened: nearest to the root.
    """
    depths: dict[int, int] = {root: 0}
    opener: dict[int, int] = {}
    queue = deque([root])
    while queue:
        here = queue.popleft()
        for edge in edges.get(here, ()):
            if edge.to not in depths:
                depths[edge.to] = depths[here] + 1
                opener[edge.to] = here
                queue.append(edge.to)

    def children(here: int) -> tuple[Node, ...]:
        if depths[here] >= DEPTH_MAX:
            return ()
        return tuple(
            Node(edge.to, edge.is_hard, children(edge.to))
            if opener.get(edge.to) == here
            else Node(edge.to, edge.is_hard, is_repeated=bool(edges.get(edge.to)))
            for edge in edges.get(here, ())
        )

    return children(root)


def _way_back(came_from: Mapping[int, int | None], goal: int) -> tuple[int, ...]:
    way: list[int] = []
    here: int | None = goal
    while here is not None:
        way.append(here)
        here = came_from[here]
    return tuple(reversed(way))
