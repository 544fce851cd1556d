"""A figure of a period beside that of the period before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

# Medians of fewer durations than this jump about: they are shown, and never called better or worse.
ENOUGH = 3
# Smaller differences than a tenth are no news.
NOTABLE = 0.1


class Trend(StrEnum):
    UNKNOWN = "unknown"  # one of them has no data, or too little
    SAME = "same"
    MORE = "more"
    LESS = "less"


@dataclass(frozen=True, slots=True)
class Compared:
    """now, before: None where nothing was measured; n: of how many each stands."""

    now: float | None
    before: float | None
    trend: Trend

    @property
    def words(self) -> str:
        """Against the period before."""
        if self.now is None:
            return "no data"
        if self.before is None:
            return "no data before"
        if self.trend is Trend.UNKNOWN:
            return "too few to compare"
        if self.now == self.before == 0:
            return "none, as before"
        if self.trend is Trend.SAME:
            return "about the same"
        if self.before == 0:
            return "none before"
        share = (self.now - self.before) / self.before
        return f"{abs(share) * 100:.0f} % {self.trend.value}"


def compared(*, now: float | None, before: float | None, n_now: int = ENOUGH, n_before: int = ENOUGH) -> Compared:
    """n: of how many durations a median stands; leave it out for counts."""
    if now is None or before is None or min(n_now, n_before) < ENOUGH:
        return Compared(now, before, Trend.UNKNOWN)
    if abs(now - before) <= NOTABLE * abs(before):
        return Compared(now, before, Trend.SAME)
    return Compared(now, before, Trend.MORE if now > before else Trend.LESS)


def seconds_of(value: timedelta | None) -> float | None:
    return None if value is None else value.total_seconds()
