"""Which commits each deployment was the first to bring into an environment. Pure.

Change lead time is measured "per non-merge commit first shipped by it", between the previous success and this one; of
the first deployment it is undefined (DORA; our definitions, docs/delivery). A push names what came with it but no
parents: its head then *contains* those commits and what the branch held before. That is exact for the head, and says
nothing of the commits in between: deploying one of those is answered with "partial", not with a guess.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Known(StrEnum):
    """As delivery.Contents has it."""

    FIRST = "first"
    COMPLETE = "complete"
    PARTIAL = "partial"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Node:
    """A commit of the graph. below: shas whose own contents count, too; within: those that came in the same push."""

    below: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    parents_known: bool = False
    is_truncated: bool = False


Graph = Mapping[str, Node]


@dataclass(frozen=True, slots=True)
class Step:
    """A success. listed: the shas that its sender named; none when it named none."""

    revision: str
    listed: tuple[str, ...] = ()


@dataclass(slots=True)
class Shipped:
    """What is there already. revisions: deployed before; shas: shipped before; last: the one in place."""

    revisions: set[str] = field(default_factory=set)
    shas: set[str] = field(default_factory=set)
    last: str = ""
    is_first: bool = True


@dataclass(frozen=True, slots=True)
class Shipment:
    """shas: shipped for the first time, merge commits among them. lost: the way down ended at a commit that the graph
    does not hold, so that a graph that reaches further back may say more.
    """

    previous: str
    is_rollback: bool
    known: Known
    shas: tuple[str, ...]
    lost: bool = False


@dataclass(frozen=True, slots=True)
class _Walk:
    """new: reached and not there yet. met: something that was there. gaps: what lies below is not known. lost: nobody
    told of a commit on the way.
    """

    new: tuple[str, ...]
    met: bool
    gaps: bool
    lost: bool


def ship(*, steps: Sequence[Step], graph: Graph, before: Shipped) -> list[Shipment]:
    """One shipment for each step, in their order. *before* is carried on: it holds everything afterwards.

    Each commit is visited once, however many steps there are.
    """
    return [_ship(step, graph, before) for step in steps]


def _ship(step: Step, graph: Graph, there: Shipped) -> Shipment:
    walk = _walk(step.revision, graph, there)
    shas: tuple[str, ...] = ()
    if there.is_first:
        known = Known.FIRST
    elif step.listed:
        known, shas = Known.COMPLETE, tuple(dict.fromkeys(sha for sha in step.listed if sha not in there.shas))
    else:
        known = _known(step, walk, there)
        shas = () if known is Known.UNKNOWN else tuple(sha for sha in walk.new if sha in graph)
    shipment = Shipment(
        previous=there.last,
        is_rollback=step.revision in there.revisions and step.revision != there.last,
        known=known,
        shas=shas,
        lost=walk.lost,
    )
    there.shas.update(walk.new, step.listed)
    if step.revision:
        there.revisions.add(step.revision)
    there.last, there.is_first = step.revision, False
    return shipment


def _known(step: Step, walk: _Walk, there: Shipped) -> Known:
    if step.revision in there.revisions or step.revision in there.shas:
        return Known.COMPLETE  # deployed again, back, or shipped with another: nothing is new
    if not walk.new or (len(walk.new) == 1 and walk.gaps and not walk.met):
        return Known.UNKNOWN  # the revision alone, or not even that
    if walk.gaps:
        return Known.PARTIAL
    return Known.COMPLETE if walk.met else Known.UNKNOWN  # else: a history of its own, down to its root


def _walk(start: str, graph: Graph, there: Shipped) -> _Walk:
    """Down from *start* to what is there already."""
    new: dict[str, Node] = {}
    met, lost = False, False
    pending = [start] if start else []
    while pending:
        sha = pending.pop()
        if sha in there.shas or sha in there.revisions:
            met = True
        elif sha not in new:
            node = graph.get(sha)
            if node is None:
                lost = True
            else:
                new[sha] = node
                pending.extend(node.below)
                pending.extend(node.within)
    covered = {sha for node in new.values() for sha in node.within}
    gaps = lost or any(_is_gap(sha, node, covered) for sha, node in new.items())
    return _Walk(new=tuple(new), met=met, gaps=gaps, lost=lost)


def _is_gap(sha: str, node: Node, covered: Collection[str]) -> bool:
    """Whether what lies below is not known: what a push named beside its head holds nothing that is not named, too."""
    return node.is_truncated or not (node.parents_known or node.below or node.within or sha in covered)


def own_commits(*, head: str, base: str, graph: Graph, among: Collection[str]) -> set[str]:
    """The commits of a change request that are among the given ones: those below its head and not below its base."""
    found: set[str] = set()
    pending = [head]
    while pending:
        sha = pending.pop()
        if sha == base or sha in found or sha not in among:
            continue
        found.add(sha)
        node = graph.get(sha)
        if node is not None:
            pending.extend((*node.below, *node.within))
    return found
