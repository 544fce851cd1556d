"""The chain rule against a naive reference: whole numbers, multiplied one after the other."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slo.domain.chain import Link, chain_of

PARTS = 10**12  # objectives are stored with twelve places
objectives = st.integers(1, PARTS - 1)
maybe = st.one_of(st.none(), objectives)


def link(name: str, parts: int | None) -> Link:
    return Link(name, None if parts is None else Decimal(parts).scaleb(-12))


def naive(ours: int, parts: list[int | None]) -> bool | None:
    """ours × 10^12k ≤ the product of k promises in whole trillionths; missing ones promise 1 at best, 0 at worst."""
    best, scale = 1, 1
    for one in parts:
        if one is not None:
            best, scale = best * one, scale * PARTS
    if best * PARTS < ours * scale:
        return False
    return None if None in parts else True


@settings(deadline=None)
@given(ours=objectives, parts=st.lists(maybe, max_size=12))
def test_it_says_what_whole_numbers_say(ours: int, parts: list[int | None]) -> None:
    chain = chain_of(ours=Decimal(ours).scaleb(-12), links=[link(str(n), one) for n, one in enumerate(parts)])
    assert chain.is_sufficient is naive(ours, parts)
    assert len(chain.missing) == parts.count(None)
    known = [one for one in parts if one is not None]
    assert (chain.weakest is None) is (not known)
    if chain.weakest is not None:
        assert chain.weakest.objective == Decimal(min(known)).scaleb(-12)
        assert chain.weakest.name == str(parts.index(min(known)))


@settings(deadline=None)
@given(ours=objectives, parts=st.lists(objectives, min_size=1, max_size=8))
def test_with_what_the_weakest_needs_the_chain_is_just_enough(ours: int, parts: list[int]) -> None:
    chain = chain_of(ours=Decimal(ours).scaleb(-12), links=[link(str(n), one) for n, one in enumerate(parts)])
    needs = chain.weakest_needs
    assert needs is not None
    weakest = chain.weakest
    assert weakest is not None
    assert weakest.objective is not None
    assert chain.product / Fraction(weakest.objective) * needs == Fraction(chain.ours)
    assert (needs <= Fraction(weakest.objective)) is bool(chain.is_sufficient)


@settings(deadline=None)
@given(ours=objectives, parts=st.lists(objectives, max_size=8), more=objectives)
def test_one_dependency_more_never_makes_it_better(ours: int, parts: list[int], more: int) -> None:
    links = [link(str(n), one) for n, one in enumerate(parts)]
    before = chain_of(ours=Decimal(ours).scaleb(-12), links=links)
    after = chain_of(ours=Decimal(ours).scaleb(-12), links=[*links, link("more", more)])
    assert after.product < before.product
    assert not (after.is_sufficient and not before.is_sufficient)


def test_the_figures_of_the_book() -> None:
    """Three dependencies with three nines hold 99.7 %, not 99.9 %."""
    three = [Link(name, Decimal("0.999")) for name in "abc"]
    chain = chain_of(ours=Decimal("0.999"), links=three)
    assert chain.is_sufficient is False
    assert chain.product == Fraction(997002999, 10**9)
    assert chain_of(ours=Decimal("0.997"), links=three).is_sufficient is True
    assert chain.weakest_needs is not None
    assert chain.weakest_needs > 1


def test_exactly_enough_is_enough_and_nothing_needed_is_enough() -> None:
    assert chain_of(ours=Decimal("0.99"), links=[Link("a", Decimal("0.99"))]).is_sufficient is True
    alone = chain_of(ours=Decimal("0.99"), links=[])
    assert (alone.is_sufficient, alone.product) == (True, Fraction(1))
    assert (alone.weakest, alone.weakest_needs) == (None, None)


def test_a_promise_that_is_missing_is_unknown_unless_the_others_fail_already() -> None:
    missing = Link("b", None)
    assert chain_of(ours=Decimal("0.99"), links=[Link("a", Decimal("0.999")), missing]).is_sufficient is None
    assert chain_of(ours=Decimal("0.99"), links=[Link("a", Decimal("0.98")), missing]).is_sufficient is False


@pytest.mark.parametrize("wrong", ["0", "1", "1.5", "-0.1"], ids=["nothing", "all", "a percentage", "negative"])
def test_what_is_no_objective_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        chain_of(ours=Decimal("0.99"), links=[Link("a", Decimal(wrong))])
