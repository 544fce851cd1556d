"""The dependency graph: paths, cycles and trees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reliability.catalog.domain.graph import DEPTH_MAX, Node, cycle_of, edges_of, path_between, tree_of

Rows = list[tuple[int, int, bool]]


def rows(*pairs: tuple[int, int]) -> Rows:
    return [(service, needs, True) for service, needs in pairs]


def test_the_shortest_way_is_found() -> None:
    needs, _ = edges_of(rows((1, 2), (2, 3), (3, 4), (1, 4)))
    assert path_between(edges=needs, start=1, goal=4) == (1, 4)


def test_there_is_no_way_against_the_edges() -> None:
    needs, needed_by = edges_of(rows((1, 2)))
    assert path_between(edges=needs, start=2, goal=1) is None
    assert path_between(edges=needed_by, start=2, goal=1) == (2, 1)


def test_a_service_that_needs_itself_is_a_cycle() -> None:
    assert cycle_of(edges={}, service=1, needs=1) == (1, 1)


def test_the_cycle_is_named_from_the_service_round_to_itself() -> None:
    needs, _ = edges_of(rows((1, 2), (2, 3)))
    assert cycle_of(edges=needs, service=3, needs=1) == (3, 1, 2, 3)
    assert cycle_of(edges=needs, service=1, needs=3) is None


def test_a_service_reached_twice_is_opened_once_nearest_to_the_root() -> None:
    needs, _ = edges_of(rows((1, 2), (1, 3), (2, 3), (3, 4)))
    assert tree_of(edges=needs, root=1) == (
        Node(2, True, (Node(3, True, is_repeated=True),)),
        Node(3, True, (Node(4, True),)),
    )


def test_a_soft_dependency_stays_soft_in_the_tree() -> None:
    needs, _ = edges_of([(1, 2, False)])
    assert tree_of(edges=needs, root=1) == (Node(2, False),)


def test_a_long_chain_is_cut_at_the_depth_that_a_page_can_show() -> None:
    needs, _ = edges_of(rows(*((n, n + 1) for n in range(100))))
    nodes, depth = tree_of(edges=needs, root=0), 0
    while nodes:
        nodes, depth = nodes[0].children, depth + 1
    assert depth == DEPTH_MAX


edge = st.tuples(st.integers(0, 8), st.integers(0, 8))


@given(pairs=st.lists(edge, max_size=40))
def test_edges_added_only_when_they_close_no_cycle_never_make_one(pairs: list[tuple[int, int]]) -> None:
    kept: Rows = []
    for service, needs in pairs:
        if cycle_of(edges=edges_of(kept)[0], service=service, needs=needs) is None:
            kept.append((service, needs, True))
    assert _sorts(kept)


@given(pairs=st.lists(edge, max_size=40))
def test_an_edge_that_is_refused_would_have_made_a_cycle(pairs: list[tuple[int, int]]) -> None:
    kept: Rows = []
    for service, needs in pairs:
        if cycle_of(edges=edges_of(kept)[0], service=service, needs=needs) is None:
            kept.append((service, needs, True))
        else:
            assert not _sorts([*kept, (service, needs, True)])


@given(pairs=st.lists(edge, max_size=60, unique=True))
def test_the_tree_opens_each_service_at_most_once_whatever_the_graph(pairs: list[tuple[int, int]]) -> None:
    opened: list[int] = []

    def walk(nodes: tuple[Node, ...]) -> None:
        for node in nodes:
            if not node.is_repeated and node.id != 0:
                opened.extend([node.id] if node.children else [])
            walk(node.children)

    walk(tree_of(edges=edges_of(rows(*pairs))[0], root=0))
    assert len(opened) == len(set(opened))


def _sorts(kept: Rows) -> bool:
    """Whether a topological order exists (Kahn), told without the code under test."""
    nodes = {node for service, needs, _ in kept for node in (service, needs)}
    left = [(service, needs) for service, needs, _ in kept]
    while nodes:
        free = nodes - {needs for _, needs in left}
        if not free:
            return False
        nodes -= free
        left = [(service, needs) for service, needs in left if service not in free]
    return True


@pytest.mark.parametrize("root", [0, 1], ids=["from the root", "from the middle"])
def test_a_graph_with_a_cycle_is_still_drawn(root: int) -> None:
    needs, _ = edges_of(rows((0, 1), (1, 0)))
    assert tree_of(edges=needs, root=root) == (Node(1 - root, True, (Node(root, True, is_repeated=True),)),)
