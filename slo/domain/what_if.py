"""What a service would promise with other dependencies: availabilities of its links, put together.

Links fail independently, which is an assumption: what fails together costs less in a chain, and spares less between
copies. Sources: Treynor, Dahlin, Rau, Beyer, "The Calculus of Service Availability", ACM Queue 15 (2), 2017; for
copies Trivedi, "Probability and Statistics with Reliability, Queuing and Computer Science Applications", chapter 3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod

COPIES_MAX = 20
MONTH_MINUTES = 30 * 24 * 60


@dataclass(frozen=True, slots=True)
class Link:
    """One dependency. availability: of one copy, 0..1. needed: the share of requests that cannot do without it, 0..1.

    copies: any one of so many is enough. group: links of one group stand in for each other ("" is none); the one
    that is needed least says how many requests need the group. weight: of its events, where the whole weighs them.
    """

    name: str
    availability: Fraction
    needed: Fraction = Fraction(1)
    copies: int = 1
    group: str = ""
    weight: Fraction = Fraction(1)

    @property
    def with_copies(self) -> Fraction:
        """1 − (1 − a)^n."""
        return 1 - (1 - self.availability) ** self.copies


@dataclass(frozen=True, slots=True)
class Outcome:
    """availability: of the whole, exact; None without links. losses: what each link takes by itself, in their order."""

    availability: Fraction | None
    losses: tuple[Fraction, ...]

    @property
    def bad_minutes_a_month(self) -> float | None:
        """Of a month of 30 days."""
        return None if self.availability is None else float((1 - self.availability) * MONTH_MINUTES)

    @property
    def weakest(self) -> tuple[int, ...]:
        """The positions of the links that take most, several where they take the same; none where nothing is lost."""
        most = max(self.losses, default=Fraction(0))
        return tuple(row for row, lost in enumerate(self.losses) if lost == most) if most else ()

    def budget_left(self, objective: Fraction) -> float | None:
        """1 − e/B under an objective; below 0 it could not be met."""
        return None if self.availability is None else float(1 - (1 - self.availability) / (1 - objective))


def serial(links: Sequence[Link]) -> Outcome:
    """All that a request needs: ∏ over groups of 1 − f·(1 − a), a = 1 − ∏ (1 − aᵢ) within a group."""
    groups: dict[str, list[int]] = {}
    for position, link in enumerate(links):
        groups.setdefault(link.group or f"\0{position}", []).append(position)
    losses = [Fraction(0)] * len(links)
    passed = Fraction(1)
    for rows in groups.values():
        needed = min(links[row].needed for row in rows)
        lost = needed * prod((1 - links[row].with_copies for row in rows), start=Fraction(1))
        passed *= 1 - lost
        for row in rows:
            losses[row] = lost
    return Outcome(passed if links else None, tuple(losses))


def weighted(links: Sequence[Link]) -> Outcome:
    """Events of all links: Σ w·a ÷ Σ w, w the weight times the share that is asked of the link."""
    shares = [link.weight * link.needed for link in links]
    total = sum(shares, Fraction(0))
    if not total:
        return Outcome(None, tuple(Fraction(0) for _ in links))
    losses = tuple(share * (1 - link.with_copies) / total for share, link in zip(shares, links, strict=True))
    return Outcome(1 - sum(losses, Fraction(0)), losses)


@dataclass(frozen=True, slots=True)
class Help:
    """What a second copy of one link would spare the whole. minutes: of a month of 30 days."""

    position: int
    minutes: float


def what_helps(links: Sequence[Link], *, put_together: Callable[[Sequence[Link]], Outcome]) -> list[Help]:
    """What one more copy of each link would spare, what spares most first; what would spare nothing is left out."""
    now = put_together(links).bad_minutes_a_month
    found = []
    for position, link in enumerate(links):
        doubled = [*links[:position], replace(link, copies=link.copies + 1), *links[position + 1 :]]
        then = put_together(doubled).bad_minutes_a_month
        if now is not None and then is not None and then < now and link.copies < COPIES_MAX:
            found.append(Help(position, now - then))
    return sorted(found, key=lambda one: (-one.minutes, one.position))
