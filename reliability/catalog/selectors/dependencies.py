"""Reading dependencies, as far as the caller may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reliability.access.domain.caller import Caller
from reliability.catalog.domain.graph import Edge, Edges, Node, edges_of, tree_of
from reliability.catalog.models import Dependency, Service


@dataclass(frozen=True, slots=True)
class Direct:
    """A direct dependency whose other end is readable."""

    service: Service
    is_hard: bool


@dataclass(frozen=True, slots=True)
class Branch:
    """A service of the tree. is_repeated: what lies behind it stands elsewhere in the tree."""

    service: Service
    is_hard: bool
    branches: tuple[Branch, ...]
    hidden_count: int
    is_repeated: bool


@dataclass(frozen=True, slots=True)
class Direction:
    """One side of a service. hidden_count: direct ones of private teams of others; behind them nothing is told."""

    direct: tuple[Direct, ...]
    hidden_count: int
    tree: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Dependencies:
    needs: Direction
    needed_by: Direction


def all_edges() -> tuple[Edges, Edges]:
    """Every dependency of everybody: (what each needs, what needs each). For decisions, not for showing."""
    rows = Dependency.objects.order_by("service__name", "needs__name", "pk")
    return edges_of(rows.values_list("service_id", "needs_id", "is_hard"))


def dependencies_of(*, caller: Caller, service: Service) -> Dependencies:
    """Both sides of *service* in two queries, whatever their size."""
    needs, needed_by = all_edges()
    forth, back = tree_of(edges=needs, root=service.pk), tree_of(edges=needed_by, root=service.pk)
    ids = _ids(forth) | _ids(back)
    readable = Service.objects.readable_by(caller).select_related("team").in_bulk(ids)
    return Dependencies(
        needs=_direction(edges=needs.get(service.pk, ()), tree=forth, readable=readable),
        needed_by=_direction(edges=needed_by.get(service.pk, ()), tree=back, readable=readable),
    )


def _direction(*, edges: Sequence[Edge], tree: tuple[Node, ...], readable: Mapping[int, Service]) -> Direction:
    direct = tuple(Direct(readable[edge.to], edge.is_hard) for edge in edges if edge.to in readable)
    return Direction(direct=direct, hidden_count=len(edges) - len(direct), tree=_branches(tree, readable))


def _branches(nodes: tuple[Node, ...], readable: Mapping[int, Service]) -> tuple[Branch, ...]:
    return tuple(
        Branch(
            service=readable[node.id],
            is_hard=node.is_hard,
            branches=_branches(node.children, readable),
            hidden_count=sum(child.id not in readable for child in node.children),
            is_repeated=node.is_repeated,
        )
        for node in nodes
        if node.id in readable
    )


def _ids(nodes: tuple[Node, ...]) -> set[int]:
    return {node.id for node in nodes}.union(*(_ids(node.children) for node in nodes))
