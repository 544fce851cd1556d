"""How the parts of a composite stand by themselves, beside what they took of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from slo.domain.composite_shares import PartShare
from slo.domain.status import State
from slo.selectors.composite_status import CompositeStatus, status_under
from slo.selectors.composite_terms import CompositeTerms, PartTerms
from slo.selectors.fleet import figures_of


@dataclass(frozen=True, slots=True)
class PartStanding:
    """state, sli and remaining: of the part under its own objective and window; state is None for one that is gone.

    share: what it took of the whole; None without data.
    """

    part: PartTerms
    state: State | None
    sli: float | None
    remaining: float | None
    share: PartShare | None


def part_standings(*, status: CompositeStatus, at: datetime) -> list[PartStanding]:
    """In the order of the parts; a fixed number of statements, and one more for each SLO that counts slices."""
    parts = status.terms.parts
    leaves = [part.slo for part in parts if part.slo is not None]
    figures = {terms.slo.pk: one for terms, one in zip(leaves, figures_of(terms=leaves, at=at), strict=True)}
    nested = [part.nested for part in parts if part.nested is not None]
    wholes = {one.terms.composite.pk: one for one in status_under(terms=nested, at=status.at)}
    shares = status.shares.parts if status.shares is not None else (None,) * len(parts)
    found = []
    for part, share in zip(parts, shares, strict=True):
        if part.slo is not None:
            own = figures[part.slo.slo.pk]
            found.append(PartStanding(part, own.verdict.state, own.sli, own.remaining, share))
        elif part.nested is not None:
            below = wholes[part.nested.composite.pk]
            found.append(PartStanding(part, below.state, below.sli, below.budget.remaining, share))
        else:
            found.append(PartStanding(part, None, None, None, share))
    return found


def leaf_count(terms: CompositeTerms) -> int:
    return sum(1 for _ in terms.leaves())
