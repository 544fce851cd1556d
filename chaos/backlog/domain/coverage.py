"""What was tried of a layer of a service, and how a cell of the coverage map says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chaos.runs.domain.states import Verdict

# Verdicts that answer whether the hypothesis holds.
ANSWERS = (Verdict.HELD, Verdict.DEVIATED)


class Cell(StrEnum):
    """From the best known to the least."""

    HELD = "held"
    DEVIATED = "deviated"
    STALE = "stale"  # answered, too long ago to count
    UNANSWERED = "unanswered"  # real runs, none of which said whether it holds
    SCHEDULED = "scheduled"
    PLANNED = "planned"  # an experiment exists
    NEVER = "never_tried"

    @property
    def is_tried(self) -> bool:
        return self in (Cell.HELD, Cell.DEVIATED)

    @property
    def badge(self) -> str:
        """A slug of reliability.web.states; verdicts and staleness look as they do elsewhere."""
        return self.value if self in (Cell.HELD, Cell.DEVIATED, Cell.STALE) else f"cell_{self.value}"


@dataclass(frozen=True, slots=True)
class Tried:
    """One layer of one service. runs: real ones that were begun and ended. verdict, answered_at: of the newest that
    held or deviated. next_at: of the earliest coming run. experiments: in use."""

    runs: int = 0
    verdict: Verdict | None = None
    answered_at: datetime | None = None
    next_at: datetime | None = None
    experiments: int = 0

    def cell(self, *, now: datetime, stale_after: timedelta) -> Cell:
        """A cell that was answered lately says so, whatever is planned; a stale one does not become planned again."""
        if self.verdict is not None and self.answered_at is not None:
            if now - self.answered_at > stale_after:
                return Cell.STALE
            return Cell.HELD if self.verdict is Verdict.HELD else Cell.DEVIATED
        if self.runs:
            return Cell.UNANSWERED
        if self.next_at is not None:
            return Cell.SCHEDULED
        return Cell.PLANNED if self.experiments else Cell.NEVER
