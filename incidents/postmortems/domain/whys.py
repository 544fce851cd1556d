"""Five whys as a tree: each answer may be asked again, and have several answers (a fork). Source: domain.md §3.

Rows come flat, each with the id of what it answers; here they become a tree, an outline of indented lines, and back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

TEXT_LENGTH_MAX = 500
DEPTH_MAX = 10  # deeper than twice five asks about the weather
WHYS_MAX = 80
_INDENT = "  "


class WhyError(ValueError):
    """A change of the tree that cannot be made; the message says what to do instead."""

    reason = "whys"


@dataclass(frozen=True, slots=True)
class Row:
    """id: any number that is its own; parent: that of what it answers, None on top. Siblings go by position and id."""

    id: int
    parent: int | None
    position: int
    text: str


@dataclass(frozen=True, slots=True)
class Node:
    """depth: 1 on top. is_first, is_last: among those with the same parent."""

    row: Row
    depth: int
    children: tuple[Node, ...]
    is_first: bool = True
    is_last: bool = True

    @property
    def is_fork(self) -> bool:
        return len(self.children) > 1

    @property
    def below(self) -> int:
        """How many answers lie below it."""
        return sum(1 + child.below for child in self.children)

    @property
    def height(self) -> int:
        """Levels below it."""
        return max((1 + child.height for child in self.children), default=0)


def tree_of(rows: Iterable[Row]) -> tuple[Node, ...]:
    """Those on top, in order, each with what is below. Rows whose parent is missing, or that go in a circle, are left
    out: the writer's checks keep such from being stored."""
    children: dict[int | None, list[Row]] = defaultdict(list)
    for row in rows:
        children[row.parent].append(row)
    return _nodes(children, None, 1)


def _nodes(children: Mapping[int | None, list[Row]], parent: int | None, depth: int) -> tuple[Node, ...]:
    found = sorted(children.get(parent, ()), key=lambda row: (row.position, row.id))
    return tuple(
        Node(row, depth, _nodes(children, row.id, depth + 1), index == 0, index == len(found) - 1)
        for index, row in enumerate(found)
    )


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """Every node, each before what is below it."""
    for node in nodes:
        yield node
        yield from walk(node.children)


def find(nodes: Iterable[Node], *, id: int) -> Node | None:  # noqa: A002  as the row names it
    return next((node for node in walk(nodes) if node.row.id == id), None)


def check_add(*, nodes: Sequence[Node], parent: int | None) -> None:
    """May one more be put below *parent*? Raises WhyError."""
    count = sum(1 for _ in walk(nodes))
    if count >= WHYS_MAX:
        raise WhyError(f"the tree has {count} answers, which is the most: take some away, or write a section")
    if parent is None:
        return
    node = find(nodes, id=parent)
    if node is None:
        raise WhyError("what it answers is not there any more: load the page again")
    if node.depth >= DEPTH_MAX:
        raise WhyError(f"the tree is {DEPTH_MAX} deep here, which is the most: answer beside it instead")


def check_move(*, nodes: Sequence[Node], id: int, parent: int | None) -> None:  # noqa: A002  as the row names it
    """May the node, with all below it, be put below *parent*? Raises WhyError."""
    node = find(nodes, id=id)
    if node is None:
        raise WhyError("this answer is not there any more: load the page again")
    if parent is None:
        return
    target = find(nodes, id=parent)
    if target is None:
        raise WhyError("the answer to move it below is not there any more: load the page again")
    if find((node,), id=parent) is not None:
        raise WhyError("an answer cannot be moved below itself: choose one outside of it")
    if target.depth + 1 + node.height > DEPTH_MAX:
        raise WhyError(f"the tree would be more than {DEPTH_MAX} deep: choose a place further up")


def outline_of(nodes: Iterable[Node]) -> str:
    """One line for each, indented by its depth: what history keeps, and what an export writes."""
    return "\n".join(f"{_INDENT * (node.depth - 1)}- {node.row.text}" for node in walk(nodes))


def rows_of(outline: str) -> list[Row]:
    """What `outline_of` wrote, numbered from 1. Raises WhyError for anything else, too deep or too many."""
    rows: list[Row] = []
    above: list[int] = []
    for line in outline.splitlines():
        if not line.strip():
            continue
        mark, text = line.lstrip(), line.lstrip()[2:].strip()
        depth = (len(line) - len(mark)) // len(_INDENT)
        if not mark.startswith("- ") or not text or depth > len(above):
            raise WhyError("write one answer a line: “- text”, two blanks further in than what it answers")
        if depth >= DEPTH_MAX or len(rows) >= WHYS_MAX:
            raise WhyError(f"at most {WHYS_MAX} answers, {DEPTH_MAX} deep: leave some out")
        del above[depth:]
        rows.append(Row(len(rows) + 1, above[-1] if above else None, len(rows) + 1, text[:TEXT_LENGTH_MAX]))
        above.append(rows[-1].id)
    return rows
