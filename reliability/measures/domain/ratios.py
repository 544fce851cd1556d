"""Ratios of two amounts: never a mean of ratios, and undefined where a side is not known or below is 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from reliability.kit.periods import Period
from reliability.measures.domain.amounts import Amount
from reliability.measures.domain.rows import COST, TRANSACTIONS


class RatioState(StrEnum):
    """Why a ratio is defined, or is not."""

    DEFINED = "defined"
    NO_NUMERATOR = "no_numerator"
    NO_DENOMINATOR = "no_denominator"
    ZERO_DENOMINATOR = "zero_denominator"
    MIXED_UNITS = "mixed_units"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS: Mapping[RatioState, str] = MappingProxyType(
    {
        RatioState.DEFINED: "",
        RatioState.NO_NUMERATOR: "nothing was told of what stands above",
        RatioState.NO_DENOMINATOR: "nothing was told of what stands below",
        RatioState.ZERO_DENOMINATOR: "what stands below is 0",
        RatioState.MIXED_UNITS: "figures of several units or currencies cannot be added up",
    }
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A ratio by definition: *numerator* per *denominator*, each a measure that is told or counted.

    slug: names it in addresses and answers; "team/name" of one that a team defined. unit: in words, beside the
    currency if there is one. is_of_teams: there is none of a single service.
    """

    slug: str
    title: str
    numerator: str
    denominator: str
    unit: str = ""
    is_of_teams: bool = False


BUILT_IN = (
    Kind("cost-per-transaction", "Cost per transaction", COST, TRANSACTIONS, "per transaction"),
    Kind("cost-per-deployment", "Cost per deployment", COST, "deployments", "per deployment"),
    Kind("incidents-per-deployment", "Incidents per deployment", "incidents", "deployments", "per deployment"),
    Kind("pages-per-oncall-week", "Pages per on-call week", "pages", "oncall_weeks", "per week", is_of_teams=True),
)


@dataclass(frozen=True, slots=True)
class Ratio:
    """value: None unless why is DEFINED. unit: the currency or unit above and below, "EUR", blank for plain numbers."""

    value: Fraction | None
    why: RatioState
    above: Amount
    below: Amount

    @property
    def unit(self) -> str:
        above, below = (next(iter(side.units), "") for side in (self.above, self.below))
        return f"{above} / {below}" if below else above


@dataclass(frozen=True, slots=True)
class Measured:
    """A ratio of the whole period, and of each bucket, in their order."""

    kind: Kind
    whole: Ratio
    buckets: Sequence[tuple[Period, Ratio]]


def ratio_of(above: Amount, below: Amount) -> Ratio:
    why = _why(above, below)
    value = above.value / below.value if why is RatioState.DEFINED and above.value is not None and below.value else None
    return Ratio(value, why, above, below)


def _why(above: Amount, below: Amount) -> RatioState:
    if above.is_mixed or below.is_mixed:
        return RatioState.MIXED_UNITS
    if above.value is None:
        return RatioState.NO_NUMERATOR
    if below.value is None:
        return RatioState.NO_DENOMINATOR
    return RatioState.ZERO_DENOMINATOR if below.value == 0 else RatioState.DEFINED
