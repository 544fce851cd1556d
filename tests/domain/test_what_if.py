"""What-if against all that can happen: every combination of links that are up and down, with its probability."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slo.domain.what_if import COPIES_MAX, Link, serial, weighted, what_helps

shares = st.fractions(min_value=0, max_value=1, max_denominator=50)


@st.composite
def links(draw: st.DrawFn, groups: tuple[str, ...] = ("",)) -> Link:
    group = draw(st.sampled_from(groups))
    return Link("link", draw(shares), draw(shares), draw(st.integers(1, 2)), group)


def by_enumeration(chain: list[Link]) -> Fraction:
    """The probability that a request gets through, summed over every state of every copy and every way to need it."""
    copies = [(row, link) for row, link in enumerate(chain) for _ in range(link.copies)]
    total = Fraction(0)
    for up in product((True, False), repeat=len(copies)):
        chance, alive = Fraction(1), [False] * len(chain)
        for is_up, (row, link) in zip(up, copies, strict=True):
            chance *= link.availability if is_up else 1 - link.availability
            alive[row] |= is_up
        through = Fraction(1)
        for group in {link.group or f"#{row}" for row, link in enumerate(chain)}:
            rows = [row for row, link in enumerate(chain) if (link.group or f"#{row}") == group]
            through *= 1 if any(alive[row] for row in rows) else 1 - min(chain[row].needed for row in rows)
        total += chance * through
    return total


@settings(max_examples=60, deadline=None)
@given(st.lists(links(groups=("", "", "pair")), min_size=1, max_size=4))
def test_a_chain_is_what_comes_through_in_every_state_of_its_links(chain: list[Link]) -> None:
    assert serial(chain).availability == by_enumeration(chain)


@settings(max_examples=60, deadline=None)
@given(st.lists(links(), min_size=1, max_size=6))
def test_a_chain_is_at_most_its_worst_link_and_at_least_all_losses_apart(chain: list[Link]) -> None:
    found = serial(chain)
    assert found.availability is not None
    assert 1 - sum(found.losses) <= found.availability <= 1 - max(found.losses)


@settings(max_examples=60, deadline=None)
@given(st.lists(links(), min_size=1, max_size=4), st.integers(0, 3), shares)
def test_nothing_that_helps_a_link_hurts_the_whole(chain: list[Link], place: int, better: Fraction) -> None:
    row = place % len(chain)
    before = serial(chain).availability
    one = chain[row]
    helps = (
        replace(one, copies=one.copies + 1),
        replace(one, availability=max(one.availability, better)),
        replace(one, needed=min(one.needed, better)),
    )
    changed = [serial([*chain[:row], helped, *chain[row + 1 :]]).availability for helped in helps]
    changed.append(serial(chain[:row] + chain[row + 1 :]).availability or Fraction(1))
    assert all(before is not None and after is not None and after >= before for after in changed)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.builds(Link, st.just("link"), shares, weight=st.integers(1, 9).map(Fraction)), min_size=1, max_size=5)
)
def test_weighted_events_are_counted_one_by_one(parts: list[Link]) -> None:
    found = weighted(parts)
    good = sum(part.weight * part.availability for part in parts)
    assert found.availability == good / sum(part.weight for part in parts)
    assert 1 - sum(found.losses) == found.availability


def test_the_figures_of_the_guide() -> None:
    chain = [
        Link("payments", Fraction("0.9995")),
        Link("orders-db", Fraction("0.999")),
        Link("search", Fraction("0.995")),
    ]
    before = serial(chain)
    assert before.availability == Fraction("0.9995") * Fraction("0.999") * Fraction("0.995")
    assert before.weakest == (2,)
    assert before.bad_minutes_a_month == pytest.approx(280.45, abs=0.01)
    after = serial([*chain[:2], replace(chain[2], needed=Fraction("0.1"))])
    assert float(after.availability or 0) == pytest.approx(0.9980012, abs=1e-7)
    assert after.weakest == (1,)
    assert serial([]).availability is None
    assert after.budget_left(Fraction("0.99")) == pytest.approx(0.80012, abs=1e-5)


def test_links_that_take_the_same_are_the_weakest_together() -> None:
    chain = [Link("search", Fraction("0.999")), Link("mail", Fraction("0.9999")), Link("payments", Fraction("0.999"))]
    assert serial(chain).weakest == (0, 2)
    assert serial([Link("search", Fraction(1))]).weakest == ()


def test_the_second_copy_that_spares_most_is_named_first() -> None:
    chain = [
        Link("search", Fraction("0.999")),
        Link("perfect", Fraction(1)),
        Link("payments", Fraction("0.99")),
        Link("many", Fraction("0.5"), copies=COPIES_MAX),
    ]
    helps = what_helps(chain, put_together=serial)
    assert [one.position for one in helps] == [2, 0]
    doubled = serial([*chain[:2], replace(chain[2], copies=2), chain[3]])
    assert helps[0].minutes == pytest.approx(
        (serial(chain).bad_minutes_a_month or 0) - (doubled.bad_minutes_a_month or 0)
    )
    assert what_helps([], put_together=serial) == []
