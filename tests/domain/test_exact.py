from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from slo.domain.exact import decimal_sum, reaches, share

TARGETS = st.integers(1, 10**12 - 1).map(lambda numerator: Decimal(numerator) / Decimal(10**12))


@given(st.lists(st.tuples(st.integers(0, 2**53), st.integers(0, 2**53)), min_size=1, max_size=20), TARGETS)
def test_whole_counts_reach_a_target_exactly_when_their_fraction_does(
    pairs: list[tuple[int, int]], target: Decimal
) -> None:
    good, valid = np.array([[min(p), max(p)] for p in pairs], dtype=np.float64).T
    reached = reaches(good=good, valid=valid, target=target)
    assert reached.tolist() == [min(p) >= max(p) * Fraction(target) for p in pairs]


@given(st.one_of(st.integers(1, 2**40), st.integers(2**52, 2**53)), TARGETS, st.integers(-1, 1))
@example(5084193249919318, Decimal("0.991337581373"), 0)  # below the target by less than floats can tell
def test_one_event_beside_the_target_decides(valid: int, target: Decimal, step: int) -> None:
    good = min(valid, max(0, int(valid * Fraction(target)) + step))
    reached = reaches(good=np.array([float(good)]), valid=np.array([float(valid)]), target=target)
    assert reached.tolist() == [good >= valid * Fraction(target)]


def test_a_slice_of_rounded_ratios_at_the_target_reaches_it_and_one_below_does_not() -> None:
    at = sum([0.7] * 3) / 3 * 10
    assert at < 7
    reached = reaches(good=np.array([at, 6.99]), valid=np.array([10.0, 10.0]), target=Decimal("0.7"))
    assert reached.tolist() == [True, False]


@given(st.integers(1, 10**6), st.integers(1, 10**9))
def test_the_sign_of_what_remains_is_never_wrong(permille: int, valid: int) -> None:
    budget = Decimal(permille) / Decimal(10**7)
    allowed = valid * Fraction(budget)
    for bad in {max(0, int(allowed) - 1), int(allowed), int(allowed) + 1}:
        part = share(bad=Fraction(bad), base=Fraction(valid), budget=budget)
        assert part is not None
        assert (part.remaining > 0, part.remaining < 0) == (bad < allowed, bad > allowed)


def test_sums_of_fractions_within_a_billionth_of_the_budget_are_at_it() -> None:
    budget = Decimal("0.001")
    bad = Fraction(sum([1 - 0.999] * 43_200))
    assert bad != 43_200 * Fraction(budget)
    part = share(bad=bad, base=Fraction(43_200), budget=budget)
    worse = share(bad=bad * Fraction("1.000001"), base=Fraction(43_200), budget=budget)
    assert part is not None
    assert worse is not None
    assert part.remaining == 0.0
    assert worse.remaining < 0


@pytest.mark.parametrize(("bad", "base"), [(0, 0), (-1, 10)], ids=["no base", "more good than valid"])
def test_there_is_no_share_of_nothing_or_of_a_lie(bad: int, base: int) -> None:
    assert share(bad=Fraction(bad), base=Fraction(base), budget=Decimal("0.1")) is None


def test_numbers_are_summed_as_people_wrote_them() -> None:
    assert decimal_sum([0.1, 0.2]) == Fraction(3, 10)
    assert decimal_sum([1e-7, -2]) == Fraction(-19999999, 10**7)
    assert decimal_sum([]) == 0
