"""What an SLO asks for, as a value: the pure form of a version."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from slo.domain.budgeting import BudgetingMethod
from slo.domain.objective import budget_of, parse_objective
from slo.domain.windows import Window

SLICE_MINUTES_MAX = 24 * 60


class DefinitionError(ValueError):
    """A definition that cannot be evaluated; `reason` is a slug, the message says what to change."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Definition:
    """Objective, window and the way of budgeting.

    `slice_minutes` and `slice_target` belong to the time-slice methods (the target to Timeslices only).
    `counts_no_data_as_bad` makes a finished slice without valid events a bad one.
    Raises ObjectiveError or DefinitionError.
    """

    objective: Decimal
    window: Window
    budgeting: BudgetingMethod = BudgetingMethod.OCCURRENCES
    slice_minutes: int | None = None
    slice_target: Decimal | None = None
    counts_no_data_as_bad: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "objective", parse_objective(self.objective))
        if self.budgeting is BudgetingMethod.OCCURRENCES:
            return
        if self.slice_minutes is None or not 1 <= self.slice_minutes <= SLICE_MINUTES_MAX:
            raise DefinitionError(
                "slice_minutes",
                f"{self.budgeting} needs a slice of 1 minute to 1 day, got {self.slice_minutes}: write 1 or 5 minutes",
            )
        if self.budgeting is BudgetingMethod.TIMESLICES:
            self._check_slice_target()

    def _check_slice_target(self) -> None:
        if self.slice_target is None:
            raise DefinitionError("slice_target", "Timeslices needs a slice target, such as 0.95")
        if self.slice_target != 1:  # every event of the slice must be good: strict, but a target one can meet
            object.__setattr__(self, "slice_target", parse_objective(self.slice_target, name="slice target"))

    @property
    def budget(self) -> Decimal:
        """B = 1 − T."""
        return budget_of(self.objective)

    @property
    def unit_minutes(self) -> int:
        """Minutes that are judged together: 1 for Occurrences, else the slice."""
        return 1 if self.budgeting is BudgetingMethod.OCCURRENCES else self.slice_minutes or 1
