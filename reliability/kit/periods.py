"""Half-open periods of time, [start, end), in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from reliability.kit.instants import from_minute, require_utc, to_minute


class PeriodError(ValueError):
    """A period that ends before it starts."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """[start, end): the start belongs to it, the end does not. Both aware, kept in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", require_utc(self.start))
        object.__setattr__(self, "end", require_utc(self.end))
        if self.end < self.start:
            raise PeriodError(f"the period ends ({self.end.isoformat()}) before it starts ({self.start.isoformat()})")

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    @property
    def start_minute(self) -> int:
        return to_minute(self.start)

    @property
    def end_minute(self) -> int:
        """Epoch minute of the end; the minute itself is not in the period."""
        return to_minute(self.end)

    @property
    def minutes(self) -> int:
        """Whole minutes between the floored bounds."""
        return self.end_minute - self.start_minute

    @property
    def is_empty(self) -> bool:
        return self.start == self.end

    def contains(self, instant: datetime) -> bool:
        return self.start <= instant < self.end

    def intersection(self, other: Period) -> Period | None:
        """The common part, or None when there is none."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start < end else None

    def split(self, step: timedelta) -> Iterator[Period]:
        """Consecutive pieces of *step* that cover the period exactly; the last may be shorter."""
        start = self.start
        while start < self.end:
            end = min(start + step, self.end)
            yield Period(start, end)
            start = end

    @classmethod
    def from_minutes(cls, start_minute: int, end_minute: int) -> Period:
        return cls(from_minute(start_minute), from_minute(end_minute))
