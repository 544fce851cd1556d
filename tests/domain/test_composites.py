"""Composites against a plain reckoning of each slice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from math import isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slo.domain.composite_shares import WeakestReason, shares_of, weakest_link
from slo.domain.composite_slices import Whole, whole_of
from slo.domain.composites import CompositeDefinition, CompositeKind, Missing, Part
from slo.domain.rolling import RollingWindow
from tests.domain.composite_reference import Cell, part_slices, slice_of

DAY = RollingWindow(timedelta(days=1))
TARGET = Fraction(9, 10)


def definition(
    kind: CompositeKind, parts: int | tuple[Part, ...], missing: Missing = Missing.NO_DATA
) -> CompositeDefinition:
    return CompositeDefinition(
        kind=kind,
        objective=Decimal("0.99"),
        window=DAY,
        slice_minutes=1,
        missing=missing,
        parts=tuple(Part() for _ in range(parts)) if isinstance(parts, int) else parts,
    )


def whole(asked: CompositeDefinition, *rows: list[Cell]) -> Whole:
    return whole_of(
        definition=asked, parts=[part_slices(row, target=TARGET) for row in rows], start_minute=0, unit_minutes=1
    )


@st.composite
def cells(draw: st.DrawFn) -> Cell:
    kind = draw(st.sampled_from(("counts", "counts", "counts", "idle", "unread", "excluded")))
    if kind == "counts":
        valid = draw(st.integers(1, 20))
        return Cell(draw(st.one_of(st.just(valid), st.integers(0, valid))), valid)
    return Cell(is_measured=kind != "unread", is_excluded=kind == "excluded")


@st.composite
def composites(draw: st.DrawFn) -> tuple[CompositeDefinition, list[list[Cell]]]:
    kind = draw(st.sampled_from(list(CompositeKind)))
    missing = draw(
        st.sampled_from([one for one in Missing if kind is not CompositeKind.WEIGHTED or one is not Missing.BAD])
    )
    count, slices = draw(st.integers(2, 5)), draw(st.integers(1, 6))
    parts = tuple(
        Part(weight=draw(st.integers(1, 5)), group=draw(st.sampled_from(("", "", "copies")))) for _ in range(count)
    )
    return definition(kind, parts, missing), [
        draw(st.lists(cells(), min_size=slices, max_size=slices)) for _ in range(count)
    ]


@settings(max_examples=150, deadline=None)
@given(composites())
def test_each_slice_is_what_a_plain_reckoning_says(given_: tuple[CompositeDefinition, list[list[Cell]]]) -> None:
    asked, rows = given_
    found = whole(asked, *rows).spending
    for place, column in enumerate(zip(*rows, strict=True)):
        one = slice_of(asked, list(column), [TARGET] * len(rows))
        assert bool(found.measured[place]) is (one.base is not None)
        assert isclose(found.bad[place], float(one.bad), abs_tol=1e-12)
        if one.base is not None:
            assert isclose(found.base[place], float(one.base), abs_tol=1e-12)


@settings(max_examples=100, deadline=None)
@given(composites())
def test_what_the_parts_took_sums_to_the_whole_exactly(given_: tuple[CompositeDefinition, list[list[Cell]]]) -> None:
    asked, rows = given_
    shares = shares_of(whole(asked, *rows), budget=asked.definition.budget)
    if shares is None:
        return
    assert sum((one.own.consumed for one in shares.parts), shares.together.consumed) == shares.total.consumed
    assert all(one.own.bad >= -Fraction(1, 10**9) for one in shares.parts)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(cells(), min_size=4, max_size=4), min_size=2, max_size=4), st.integers(0, 3))
def test_a_chain_is_never_better_than_its_worst_part_nor_worse_than_all_losses_together(
    rows: list[list[Cell]], place: int
) -> None:
    asked = definition(CompositeKind.CHAIN, len(rows), Missing.LEFT_OUT)
    lost = [
        1 - row[place].good / row[place].valid
        for row in rows
        if row[place].valid and row[place].is_measured and not row[place].is_excluded
    ]
    found = float(whole(asked, *rows).spending.bad[place])
    assert max(lost, default=0.0) - 1e-12 <= found <= sum(lost) + 1e-12


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 10), min_size=2, max_size=4))
def test_copies_that_stand_in_for_each_other_are_never_worse_than_the_best_of_them(good: list[int]) -> None:
    rows = [[Cell(one, 10)] for one in good]
    chained = definition(CompositeKind.CHAIN, tuple(Part(group="copies") for _ in good))
    assert 1 - float(whole(chained, *rows).spending.bad[0]) >= max(good) / 10 - 1e-12


def test_one_bad_part_decides_a_slice_although_another_was_not_measured() -> None:
    rows = [Cell(0, 10), Cell(10, 10)], [Cell(is_measured=False), Cell(is_measured=False)]
    found = whole(definition(CompositeKind.ALL_OF, 2), *map(list, rows)).spending
    assert found.measured.tolist() == [True, False]
    assert found.bad.tolist() == [1, 0]
    assert found.covered_minutes.tolist() == [0, 0]


def test_a_part_without_traffic_is_neither_bad_nor_missing() -> None:
    found = whole(definition(CompositeKind.ALL_OF, 2), [Cell(10, 10)], [Cell()]).spending
    assert found.measured.tolist() == [True]
    assert found.bad.tolist() == [0]


def test_nothing_measured_anywhere_is_no_data_and_never_a_share() -> None:
    found = whole(definition(CompositeKind.ALL_OF, 2), [Cell(is_measured=False)], [Cell(is_measured=False)])
    assert shares_of(found, budget=Decimal("0.01")) is None
    assert weakest_link(None).reason is WeakestReason.NO_DATA


def test_slices_in_which_several_parts_were_bad_stand_on_a_line_of_their_own() -> None:
    rows = [Cell(0, 1), Cell(0, 1), Cell(1, 1), Cell(1, 1)], [Cell(0, 1), Cell(1, 1), Cell(0, 1), Cell(0, 1)]
    shares = shares_of(whole(definition(CompositeKind.ALL_OF, 2), *map(list, rows)), budget=Decimal("0.5"))
    assert shares is not None
    assert [one.own.bad for one in shares.parts] == [1, 2]
    assert shares.together.bad == 1
    assert [one.slices for one in shares.parts] == [2, 3]
    assert weakest_link(shares).position == 1
    assert weakest_link(shares).reason is WeakestReason.BAD_MOST_OFTEN


def test_without_losses_no_part_is_the_weakest() -> None:
    shares = shares_of(whole(definition(CompositeKind.CHAIN, 2), [Cell(5, 5)], [Cell(5, 5)]), budget=Decimal("0.5"))
    assert weakest_link(shares).position is None
    assert weakest_link(shares).reason is WeakestReason.NOTHING_LOST


def test_two_parts_down_together_are_one_outage_of_a_chain() -> None:
    found = whole(definition(CompositeKind.CHAIN, 2), [Cell(0, 5)], [Cell(0, 5)])
    assert found.spending.bad.tolist() == [1]
    assert found.losses[:, 0].tolist() == [0.5, 0.5]


def test_a_weight_makes_each_event_count_so_often() -> None:
    asked = definition(CompositeKind.WEIGHTED, (Part(weight=1), Part(weight=20)))
    found = whole(asked, [Cell(900, 1000)], [Cell(45, 50)]).spending
    assert (float(found.bad[0]), float(found.base[0])) == (200.0, 2000.0)


def test_slices_are_cut_where_they_end() -> None:
    cut = whole(definition(CompositeKind.ALL_OF, 2), [Cell(1, 1)] * 6, [Cell(0, 1)] * 6).between(
        start_minute=2, end_minute=5
    )
    assert cut.spending.start_minute == 2
    assert cut.spending.bad.tolist() == [1, 1, 1]
    assert cut.losses.shape == (2, 3)


@pytest.mark.parametrize("kind", CompositeKind)
def test_the_budget_of_each_kind_counts_by_a_method_that_objectives_know(kind: CompositeKind) -> None:
    asked = definition(kind, 2)
    assert asked.definition.budgeting is kind.budgeting
    assert asked.unit_minutes == 1
