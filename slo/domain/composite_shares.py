"""What each part of a composite took of its budget, and which part is the weakest."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

import numpy as np

from slo.domain.composite_slices import Whole


@dataclass(frozen=True, slots=True)
class Amount:
    """bad: units lost. consumed: of the whole budget. of_spent: of all that was lost; None where nothing was."""

    bad: Fraction
    consumed: Fraction
    of_spent: Fraction | None


@dataclass(frozen=True, slots=True)
class PartShare:
    """What one part took by itself, and in how many slices (minutes of weighted events) it was bad at all."""

    own: Amount
    slices: int


@dataclass(frozen=True, slots=True)
class Shares:
    """parts: in their order. together: what several took at once. The two sum to total exactly.

    bad_slices: slices in which anything was lost.
    """

    parts: tuple[PartShare, ...]
    together: Amount
    total: Amount
    bad_slices: int


def shares_of(whole: Whole, *, budget: Decimal) -> Shares | None:
    """The shares of the budget B = 1 − T of a window whose slices are *whole*; None where nothing was measured.

    Sums of fractions carry rounding in their last bits: it goes to the largest part, so that the sum is exact.
    """
    spending = whole.spending
    base = Fraction(float(spending.base.sum()))
    if base <= 0 or not spending.measured.any():
        return None
    bad = Fraction(float(spending.bad.sum()))
    own = [Fraction(value) for value in whole.losses.sum(axis=1).tolist()]
    together = Fraction(float(whole.together.sum()))
    residue = bad - sum(own, together)
    if residue:
        largest = max(range(len(own)), key=lambda row: own[row])
        own[largest] += residue

    def amount(lost: Fraction) -> Amount:
        return Amount(lost, lost / (base * Fraction(budget)), lost / bad if bad else None)

    slices = whole.bad_parts.sum(axis=1).tolist()
    return Shares(
        parts=tuple(PartShare(amount(lost), count) for lost, count in zip(own, slices, strict=True)),
        together=amount(together),
        total=amount(bad),
        bad_slices=int(np.count_nonzero(spending.bad > 0)),
    )


class WeakestReason(StrEnum):
    """Why a part is the weakest, or why none is."""

    LOST_MOST = "lost_most"  # it took most by itself
    BAD_MOST_OFTEN = "bad_most_often"  # it was bad in most of the bad slices, alone or not
    NOTHING_LOST = "nothing_lost"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class WeakestLink:
    """positions: of the part, or of several that cost the same, in their order; empty where there is none."""

    positions: tuple[int, ...]
    reason: WeakestReason

    @property
    def position(self) -> int | None:
        """The first of them."""
        return self.positions[0] if self.positions else None


# Sums of fractions that are equal by right differ in their last bits.
_SAME = Fraction(1, 10**9)


def weakest_link(shares: Shares | None) -> WeakestLink:
    """The part that cost most: by itself, or where parts are bad together, the one that was bad most often."""
    if shares is None:
        return WeakestLink((), WeakestReason.NO_DATA)
    if shares.total.bad <= 0:
        return WeakestLink((), WeakestReason.NOTHING_LOST)
    rows = tuple(range(len(shares.parts)))
    reason = WeakestReason.LOST_MOST
    if shares.together.bad:
        reason = WeakestReason.BAD_MOST_OFTEN
        most_slices = max(shares.parts[row].slices for row in rows)
        rows = tuple(row for row in rows if shares.parts[row].slices == most_slices)
    most = max(shares.parts[row].own.bad for row in rows)
    near = most - abs(most) * _SAME
    return WeakestLink(tuple(row for row in rows if shares.parts[row].own.bad >= near), reason)
