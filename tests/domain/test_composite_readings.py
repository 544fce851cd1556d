"""What the rules of a composite read, against counting the slices of their windows one by one."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from math import isclose

from hypothesis import given, settings

from reliability.kit.instants import from_minute
from slo.domain.alerting_rules import Rule
from slo.domain.composite_readings import bad_slices, reading_of
from slo.domain.composites import CompositeDefinition, CompositeKind
from tests.domain.composite_reference import Cell, slice_of
from tests.domain.test_composites import TARGET, composites, whole

RULE = Rule("rule", "Rule", timedelta(minutes=3), timedelta(minutes=1), 2.0, 2)


def burn(asked: CompositeDefinition, columns: list[tuple[Cell, ...]]) -> Fraction | None:
    """Bad of base over the budget of 1 %. Slices that should have been judged count in all_of, as in Timeslices."""
    found = [slice_of(asked, list(column), [TARGET] * len(column)) for column in columns]
    if not any(one.base for one in found):
        return None
    base = sum((one.base for one in found if one.base is not None), Fraction(0))
    if asked.kind is CompositeKind.ALL_OF:
        base = Fraction(sum(any(not cell.is_excluded for cell in column) for column in columns))
    return sum((one.bad for one in found), Fraction(0)) / base * 100


@settings(max_examples=150, deadline=None)
@given(composites())
def test_windows_read_the_slices_that_ended_in_them(given_: tuple[CompositeDefinition, list[list[Cell]]]) -> None:
    asked, rows = given_
    made, at = whole(asked, *rows), from_minute(len(rows[0]))
    columns = list(zip(*rows, strict=True))
    found = reading_of(whole=made, definition=asked, rule=RULE, at=at, is_stale=False)
    assert found.short is not None
    for window, last in ((found.long, columns[-3:]), (found.short, columns[-1:])):
        expected = burn(asked, last)
        assert (window.burn is None) is (expected is None)
        assert expected is None or window.burn is not None
        assert expected is None or isclose(window.burn or 0.0, expected, rel_tol=1e-9, abs_tol=1e-9)
        known = [cell for column in last for cell in column if cell.is_measured and not cell.is_excluded]
        assert window.valid == sum(cell.valid for cell in known)
        assert 0 <= window.bad <= sum(cell.valid - cell.good for cell in known)
        assert window.live == sum(any(not cell.is_excluded for cell in column) for column in last)
        assert 0 <= window.covered <= window.live
    before = [cell for column in columns[:-3] for cell in column]
    assert before or found.is_young
    counts = bad_slices(whole=made, definition=asked, window=RULE.long, at=at)
    if asked.kind is CompositeKind.ALL_OF:
        assert (sum(counts) > 0) is (found.long.burn is not None and found.long.burn > 0)
