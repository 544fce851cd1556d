"""What a review shows of a period, as values: of incidents, of factors, of budgets."""

from __future__ import annotations

from dataclasses import dataclass

from incidents.learning.domain.periods import ReviewPeriod
from incidents.postmortems.domain.factors import Category
from incidents.response.domain.figures import Durations, Figures
from incidents.response.domain.severity import Severity


@dataclass(frozen=True, slots=True)
class OfPeriod:
    """What one period shows. mttf: see incidents.learning.domain.failures. by_severity: every severity has an entry."""

    review: ReviewPeriod
    figures: Figures
    mttf: Durations
    by_severity: dict[Severity, int]


@dataclass(frozen=True, slots=True)
class FactorCount:
    """factors: how often it was named; postmortems, before: of how many incidents, now and in the period before."""

    category: Category
    factors: int
    postmortems: int
    before: int


@dataclass(frozen=True, slots=True)
class Spent:
    """Of an objective's budget of the period: 1 is all of it. None: nothing was measured, or is_left_out.

    before: likewise, of the period before.
    """

    name: str
    title: str
    consumed: float | None
    before: float | None
    sli: float | None
    coverage: float
    is_left_out: bool = False
