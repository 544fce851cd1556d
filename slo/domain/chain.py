"""The chain rule: what a service can promise at most when it fails with each thing that it cannot do without.

When each hard dependency is available for a share of the time, and they fail independently, the service above them is
available for at most their product. Source: Treynor, Dahlin, Rau, Beyer, "The Calculus of Service Availability", ACM
Queue 15 (2), 2017, with its warning that failures together make less of a loss than apart: the product is the bound
that is safe to promise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import prod


@dataclass(frozen=True, slots=True)
class Link:
    """A hard dependency and the share it promises, between 0 and 1; None: it promises nothing."""

    name: str
    objective: Decimal | None


@dataclass(frozen=True, slots=True)
class Chain:
    """product: of the promises that there are, exact. is_sufficient: None while it cannot be said.

    A product that is already below ours stays below it, whatever the missing ones promise: that is no, not unknown.
    """

    ours: Decimal
    links: tuple[Link, ...]
    product: Fraction
    is_sufficient: bool | None

    @property
    def missing(self) -> tuple[Link, ...]:
        return tuple(link for link in self.links if link.objective is None)

    @property
    def weakest(self) -> Link | None:
        """With the lowest promise, the first of equals; None when none promises anything."""
        known = [link for link in self.links if link.objective is not None]
        return min(known, key=lambda link: link.objective or 0) if known else None

    @property
    def weakest_needs(self) -> Fraction | None:
        """What the weakest would have to promise for ours, the others as they are: above 1 it alone cannot mend it."""
        weakest = self.weakest
        if weakest is None or weakest.objective is None:
            return None
        return Fraction(self.ours) / (self.product / Fraction(weakest.objective))

    @property
    def slack(self) -> Fraction:
        """What is left of the product above ours: below 0 it lacks so much."""
        return self.product - Fraction(self.ours)


def chain_of(*, ours: Decimal, links: Iterable[Link]) -> Chain:
    """Compare *ours* with the product of *links*. Raises ValueError for a promise that is not between 0 and 1."""
    chained = tuple(links)
    known = [link.objective for link in chained if link.objective is not None]
    for promise in (ours, *known):
        if not 0 < promise < 1:
            raise ValueError(f"an objective must be between 0 and 1, got {promise}")
    product = prod((Fraction(promise) for promise in known), start=Fraction(1))
    if product < Fraction(ours):
        is_sufficient: bool | None = False
    else:
        is_sufficient = True if len(known) == len(chained) else None
    return Chain(ours=ours, links=chained, product=product, is_sufficient=is_sufficient)
