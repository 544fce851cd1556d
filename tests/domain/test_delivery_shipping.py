"""Which commits a deployment ships first, and how what is told in any order ends in one row."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reliability.delivery.domain.folding import fold_fields, settled, with_state
from reliability.delivery.domain.shipping import Known, Node, Shipment, Shipped, Step, own_commits, ship

T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)


def root() -> Node:
    return Node(parents_known=True)


def child(*parents: str) -> Node:
    return Node(below=parents, parents_known=True)


def pushed(before: str, *within: str) -> Node:
    return Node(below=(before,), within=within)


def shipped(graph: dict[str, Node], *revisions: str, before: Shipped | None = None) -> list[Shipment]:
    return ship(steps=[Step(one) for one in revisions], graph=graph, before=before or Shipped())


LINE = {"a": root(), "b": child("a"), "c": child("b"), "d": child("c")}


def test_the_first_deployment_ships_nothing_new() -> None:
    first, second = shipped(LINE, "b", "d")
    assert (first.known, first.shas) == (Known.FIRST, ())
    assert (second.known, set(second.shas), second.previous) == (Known.COMPLETE, {"c", "d"}, "b")


def test_both_sides_of_a_merge_are_shipped_with_it() -> None:
    graph = LINE | {"x": child("a"), "m": child("d", "x")}
    assert set(shipped(graph, "b", "m")[1].shas) == {"c", "d", "x", "m"}


def test_back_to_what_was_deployed_before_is_a_rollback_and_the_same_again_is_none() -> None:
    results = shipped(LINE, "a", "b", "b", "a", "b", "c")
    assert [one.is_rollback for one in results] == [False, False, False, True, True, False]
    assert [one.shas for one in results] == [(), ("b",), (), (), (), ("c",)]


def test_a_push_contains_what_came_with_it() -> None:
    graph = {"p": pushed("o", "x", "y"), "x": Node(), "y": Node()}
    result = shipped(graph, "o", "p")[1]
    assert (result.known, set(result.shas)) == (Known.COMPLETE, {"p", "x", "y"})


def test_of_a_commit_within_a_push_nothing_is_guessed() -> None:
    graph = {"p": pushed("o", "x", "y"), "x": Node(), "y": Node()}
    assert [one.known for one in shipped(graph, "o", "y")] == [Known.FIRST, Known.UNKNOWN]


def test_a_truncated_push_and_a_missed_one_are_flagged() -> None:
    truncated = {"p": Node(below=("o",), within=("x",), is_truncated=True), "x": Node()}
    assert shipped(truncated, "o", "p")[1].known is Known.PARTIAL
    missed = {"p": pushed("never told", "x"), "x": Node()}
    result = shipped(missed, "o", "p")[1]
    assert (result.known, set(result.shas)) == (Known.PARTIAL, {"p", "x"})


def test_a_revision_that_nobody_told_of_is_unknown() -> None:
    assert shipped({}, "a", "b")[1].known is Known.UNKNOWN


def test_a_history_of_its_own_is_not_shipped_whole() -> None:
    result = shipped(LINE | {"z": root(), "y": child("z")}, "b", "y")[1]
    assert (result.known, result.shas) == (Known.UNKNOWN, ())


def test_what_the_sender_lists_is_believed_but_for_what_was_shipped_before() -> None:
    steps = [Step("1", ("a",)), Step("2", ("a", "b", "c")), Step("3", ("c", "d"))]
    results = ship(steps=steps, graph={}, before=Shipped())
    assert [one.shas for one in results] == [(), ("b", "c"), ("d",)]


def test_the_commits_of_a_change_request_end_at_its_base() -> None:
    graph = LINE | {"x": child("a"), "y": child("x")}
    assert own_commits(head="y", base="a", graph=graph, among={"a", "x", "y"}) == {"x", "y"}


@settings(max_examples=50, deadline=None)
@given(count=st.integers(2, 14), seed=st.integers(0, 10**6))
def test_shipping_is_the_difference_of_histories(count: int, seed: int) -> None:
    """Against the naive reference: everything below this revision, and below none of those before."""
    chance = random.Random(seed)  # noqa: S311  a test's world, no secret
    names = [f"c{n}" for n in range(count)]
    graph = {name: child(*chance.sample(names[:n], min(n, chance.choice((1, 1, 2))))) for n, name in enumerate(names)}

    def history(name: str) -> set[str]:
        return {name}.union(*(history(parent) for parent in graph[name].below))

    revisions = [chance.choice(names) for _ in range(5)]
    there: set[str] = history(revisions[0])
    for revision, result in zip(revisions[1:], shipped(graph, *revisions)[1:], strict=True):
        assert set(result.shas) == history(revision) - there
        there |= history(revision)


_STATES = st.tuples(st.sampled_from(["in_progress", "succeeded", "failed", "cancelled"]), st.integers(0, 3))
_FIELDS = st.fixed_dictionaries({"revision": st.sampled_from(["", "a", "b"]), "title": st.sampled_from(["", "x", "y"])})


@settings(max_examples=50, deadline=None)
@given(told=st.lists(st.tuples(_STATES, _FIELDS), min_size=1, max_size=6), seed=st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_ends_in_the_same_row(told: list[Any], seed: Any) -> None:
    def folded(parts: list[Any]) -> Any:
        states: dict[str, list[str]] = {}
        values: dict[str, Any] = {"revision": "", "title": ""}
        stamps: dict[str, str] = {}
        for (outcome, minute), fields in parts:
            at = T0 + timedelta(minutes=minute)
            states = with_state(states, outcome=outcome, at=at)
            fold_fields(values, stamps, told=fields, at=at)
        return settled(states), values, stamps

    again = [*told, *told]
    seed.shuffle(again)
    assert folded(again) == folded(told)


def test_the_last_end_counts_from_when_it_was_reached_first() -> None:
    states: dict[str, list[str]] = {}
    for outcome, minute in (("succeeded", 1), ("failed", 5), ("failed", 7), ("in_progress", 9)):
        states = with_state(states, outcome=outcome, at=T0 + timedelta(minutes=minute))
    assert settled(states) == ("failed", T0 + timedelta(minutes=5))
    assert settled({}) == ("in_progress", None)
