"""The tree of whys: forks, bounds, moves, and the outline that history keeps."""

from __future__ import annotations

import pytest

from incidents.postmortems.domain import whys
from incidents.postmortems.domain.whys import Row, WhyError, outline_of, rows_of, tree_of, walk

OUTLINE = """\
- Why did payments fail?
  - The pool was empty
    - A migration held its connections
  - Nobody was told
- Why so long?"""


def test_an_outline_becomes_a_tree_with_a_fork_and_back() -> None:
    nodes = tree_of(rows_of(OUTLINE))
    assert [(node.depth, node.is_fork, node.below) for node in walk(nodes)] == [
        (1, True, 3),
        (2, False, 1),
        (3, False, 0),
        (2, False, 0),
        (1, False, 0),
    ]
    assert outline_of(nodes) == OUTLINE


@pytest.mark.parametrize("outline", ["no dash", "    - too far in", "- ", "- a\n      - b"])
def test_lines_that_are_no_outline_are_refused(outline: str) -> None:
    with pytest.raises(WhyError, match="one answer a line"):
        rows_of(outline)


def test_siblings_go_by_position() -> None:
    nodes = tree_of([Row(1, None, 2, "second"), Row(2, None, 1, "first"), Row(3, 9, 1, "lost")])
    assert [(node.row.text, node.is_first, node.is_last) for node in nodes] == [
        ("first", True, False),
        ("second", False, True),
    ]


def test_a_tree_has_its_bounds() -> None:
    deep = tree_of([Row(n, n - 1 or None, 1, "why") for n in range(1, whys.DEPTH_MAX + 1)])
    whys.check_add(nodes=deep, parent=whys.DEPTH_MAX - 1)
    with pytest.raises(WhyError, match="10 deep"):
        whys.check_add(nodes=deep, parent=whys.DEPTH_MAX)
    full = tree_of([Row(n, None, n, "why") for n in range(1, whys.WHYS_MAX + 1)])
    with pytest.raises(WhyError, match="the most"):
        whys.check_add(nodes=full, parent=None)
    with pytest.raises(WhyError, match="not there"):
        whys.check_add(nodes=deep, parent=99)


def test_a_move_goes_neither_in_a_circle_nor_too_deep() -> None:
    nodes = tree_of(
        [*(Row(n, n - 1 or None, 1, "why") for n in range(1, 10)), Row(20, None, 2, "x"), Row(21, 20, 1, "y")]
    )
    whys.check_move(nodes=nodes, id=21, parent=9)
    whys.check_move(nodes=nodes, id=3, parent=None)
    with pytest.raises(WhyError, match="below itself"):
        whys.check_move(nodes=nodes, id=2, parent=5)
    with pytest.raises(WhyError, match="more than 10 deep"):
        whys.check_move(nodes=nodes, id=20, parent=9)
    with pytest.raises(WhyError, match="not there"):
        whys.check_move(nodes=nodes, id=77, parent=None)
