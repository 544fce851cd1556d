"""How an error budget counts: OpenSLO v1 budgetingMethod."""

from __future__ import annotations

from enum import StrEnum


class BudgetingMethod(StrEnum):
    """Names as OpenSLO v1 writes them."""

    OCCURRENCES = "Occurrences"
    TIMESLICES = "Timeslices"
    RATIO_TIMESLICES = "RatioTimeslices"
