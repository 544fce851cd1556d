"""Which services make the chain of another."""

from __future__ import annotations

from slo.domain.service_links import Edge, Reached, chain_links


def hard(*ids: int) -> list[Edge]:
    return [Edge(to, is_hard=True) for to in ids]


def test_the_chain_ends_at_the_first_promise_of_each_way() -> None:
    edges = {1: hard(2, 3), 2: hard(4), 3: hard(5), 5: hard(6)}
    found = chain_links(root=1, edges=edges, promising={2, 4, 6}, readable={2, 3, 4, 5, 6})
    assert found == Reached(promising=(2, 6), silent=(3, 5), soft=(), hidden_count=0)


def test_what_several_need_counts_once() -> None:
    edges = {1: hard(2, 3), 2: hard(4), 3: hard(4, 2)}
    found = chain_links(root=1, edges=edges, promising={4}, readable={2, 3, 4})
    assert found.promising == (4,)
    assert found.silent == (2, 3)


def test_a_soft_dependency_is_no_link_unless_it_is_needed_another_way() -> None:
    edges = {1: [Edge(2, is_hard=False), Edge(3, is_hard=False), *hard(4)], 4: hard(3)}
    found = chain_links(root=1, edges=edges, promising={2, 3}, readable={2, 3, 4})
    assert found.promising == (3,)
    assert found.soft == (2,)


def test_behind_what_is_hidden_nothing_is_told() -> None:
    found = chain_links(root=1, edges={1: hard(2), 2: hard(3)}, promising={2, 3}, readable={3})
    assert found == Reached(promising=(), silent=(), soft=(), hidden_count=1)
