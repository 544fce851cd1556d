"""Composite objectives: one budget over the slices of several parts.

ALL_OF: a slice is bad when the slice of any part is. WEIGHTED: the weighted events of all parts, Σ w·good / Σ w·valid.
CHAIN: a request needs every part, so a slice is as available as the product of its parts; parts of one group stand in
for each other, 1 − ∏ (1 − a). Source: Beyer, Jones, Petoff, Murphy, "Site Reliability Engineering", chapter 3, and
"The Calculus of Service Availability" (ACM Queue 15 (2), 2017) for the product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from slo.domain.budgeting import BudgetingMethod
from slo.domain.definition import Definition
from slo.domain.windows import Window

PARTS_MIN = 2
PARTS_MAX = 50
DEPTH_MAX = 3  # a composite of SLOs has depth 1
WEIGHT_MAX = 1_000
# What one status may read: parts × days of the window. At this bound it takes some 0.2 s.
PART_DAYS_MAX = 2_000


class CompositeKind(StrEnum):
    """How parts make a whole."""

    ALL_OF = "all_of"
    WEIGHTED = "weighted"
    CHAIN = "chain"

    @property
    def budgeting(self) -> BudgetingMethod:
        """The method by which the budget of such a whole counts."""
        return _METHODS[self]


_METHODS = {
    CompositeKind.ALL_OF: BudgetingMethod.TIMESLICES,
    CompositeKind.WEIGHTED: BudgetingMethod.OCCURRENCES,
    CompositeKind.CHAIN: BudgetingMethod.RATIO_TIMESLICES,
}


class Missing(StrEnum):
    """What a slice is in which nothing of some part was measured.

    NO_DATA: not judged, unless what is known decides it. LEFT_OUT: judged by the other parts. BAD: bad.
    """

    NO_DATA = "no_data"
    LEFT_OUT = "left_out"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Part:
    """One part. weight: of its events, for WEIGHTED. group: parts of one group are redundant, for CHAIN ("" is none).

    slice_target: from which ratio on its slice is good, for ALL_OF.
    """

    weight: int = 1
    slice_target: Decimal = Decimal(1)
    group: str = ""


@dataclass(frozen=True, slots=True)
class CompositeDefinition:
    """What a composite asks for. slice_minutes: minutes that are judged together; 1 for WEIGHTED.

    Raises what Definition raises.
    """

    kind: CompositeKind
    objective: Decimal
    window: Window
    slice_minutes: int
    missing: Missing
    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        _ = self.definition

    @property
    def definition(self) -> Definition:
        """The same as the definition of an objective, so that budgets and burn rates are computed as theirs are."""
        method = self.kind.budgeting
        if method is BudgetingMethod.OCCURRENCES:
            return Definition(objective=self.objective, window=self.window)
        return Definition(
            objective=self.objective,
            window=self.window,
            budgeting=method,
            slice_minutes=self.slice_minutes,
            # A slice of the whole is good or bad: no share of it is enough.
            slice_target=Decimal(1) if method is BudgetingMethod.TIMESLICES else None,
        )

    @property
    def unit_minutes(self) -> int:
        return self.definition.unit_minutes


def groups_of(parts: Sequence[Part]) -> list[list[int]]:
    """The positions of parts that stand in for each other; a part without a group is alone."""
    groups: dict[str, list[int]] = {}
    for position, part in enumerate(parts):
        groups.setdefault(part.group or f"\0{position}", []).append(position)
    return list(groups.values())
