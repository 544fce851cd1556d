"""When a child that ended is started again."""

from __future__ import annotations

from dataclasses import dataclass, replace

FIRST_PAUSE_SECONDS = 0.3
LONGEST_PAUSE_SECONDS = 30.0
# A child that lived this long was healthy: its next end is a new story.
HEALTHY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Restarts:
    """Ends in a row, without a healthy life in between."""

    in_a_row: int = 0

    def after_end(self, *, lived_seconds: float) -> Restarts:
        if lived_seconds >= HEALTHY_SECONDS:
            return Restarts(in_a_row=1)
        return replace(self, in_a_row=self.in_a_row + 1)

    @property
    def pause_seconds(self) -> float:
        """Doubling with each end in a row, from 0.3 s to 30 s."""
        if self.in_a_row == 0:
            return 0.0
        pause: float = FIRST_PAUSE_SECONDS * 2 ** min(self.in_a_row - 1, 16)
        return min(pause, LONGEST_PAUSE_SECONDS)
