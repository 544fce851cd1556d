"""When a reading has to end, whatever the source does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from time import monotonic
from typing import Self

from reliability.telemetry.domain.failures import Reason, SourceError


@dataclass(frozen=True, slots=True)
class Deadline:
    """`ends_at` on the monotonic clock, `seconds` after the reading began; both infinite when it may take its time."""

    ends_at: float
    seconds: float

    @classmethod
    def after(cls, seconds: float | None) -> Self:
        return cls(math.inf, math.inf) if seconds is None else cls(monotonic() + seconds, seconds)

    @property
    def left(self) -> float:
        return max(0.0, self.ends_at - monotonic())

    def share_of(self, seconds: float) -> float:
        """What a single request that wants *seconds* gets at the least, once it was begun."""
        return min(seconds, self.seconds / 2)

    def seconds_for(self, wanted: float) -> float:
        """The time-out of a request that is about to begin.

        Raises SourceError (OUT_OF_TIME) when less than its share is left: one that is cut short by those before it
        would be blamed for being slow.
        """
        left = self.left
        if left < self.share_of(wanted):
            raise self.missed()
        return min(wanted, left)

    def missed(self) -> SourceError:
        return SourceError(
            Reason.OUT_OF_TIME, f"not asked within {self.seconds:.3g} s: other queries took all the time"
        )
