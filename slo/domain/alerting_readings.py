"""What a rule looks at: the burn and the counts of its windows at an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

# Collection runs each minute and allows a source a few to settle: windows end where the data end, up to so long ago.
FRESH = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class WindowReading:
    """One window. burn: None without a valid event; live: its minutes that are not excluded, of which covered were
    measured."""

    burn: float | None
    good: float
    valid: float
    covered: int
    live: int

    @property
    def bad(self) -> float:
        return self.valid - self.good

    @property
    def coverage(self) -> float:
        return self.covered / self.live if self.live else 0.0


@dataclass(frozen=True, slots=True)
class Reading:
    """The windows of one rule. is_stale: the newest data are older than FRESH. is_young: nothing was measured before
    the long window begins, so it looks at less than its length."""

    long: WindowReading
    short: WindowReading | None
    is_stale: bool = False
    is_young: bool = False

    @property
    def newest(self) -> WindowReading:
        """The window that says whether it burns on."""
        return self.short or self.long


@dataclass(frozen=True, slots=True)
class Guards:
    """What keeps few events from waking people. Counts of the long window. cold_start_bad_events: so many let an alert
    fire before its long window is measured, see `fires_cold`.

    counts_events: the indicator counts events; one that is given ratios only has none to compare with. needs_coverage:
    false where minutes without data count as bad: there silence is an outage like any other.
    """

    min_bad_events: float = 5.0
    min_valid_events: float = 0.0
    cold_start_bad_events: float = 50.0
    counts_events: bool = True
    needs_coverage: bool = True
