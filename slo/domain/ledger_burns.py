"""Stretches in which a budget burnt, found in its minutes: what the changes before them are suspected of."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from slo.domain.ledger_posting import Judged
from slo.domain.minutes import BoolArray, FloatArray
from slo.domain.spans import Span

FACTOR = 2.0  # times the rate that a budget lasts its window at: what is below may go on for ever, and is no event
PAUSE_MINUTES = 15  # shorter pauses do not end a burn
SHORTEST_MINUTES = 5
LEAST_MINUTES = 30.0  # of budget: less is lost by chance, again and again where a budget is nearly spent for good
LEAST_SHARE = 0.1  # of a short window, instead
FLICKER = 0.05
_ROUNDING = 1e-6  # more than sums of floats are wrong by


def burns(*, judged: Judged) -> list[Span]:
    """[start, end) in epoch minutes, oldest first: at least SHORTEST_MINUTES long, each part faster than FACTOR.

    It lost at least the budget of LEAST_MINUTES, or of LEAST_SHARE of the window if that is less. One bad slice is no
    burn, however long: there are two at least. Pauses of at most PAUSE_MINUTES do not end a burn; longer ones lie
    between any two. It begins with its outbreak: a flicker that came before it is left out, else what was changed in
    between would be no suspect of it. A flicker that comes after it is left out, too, and bridges no pause: what is
    lost by chance would put off the end, for as long as it comes often enough.
    """
    units, size = judged.units, judged.units.unit_minutes
    window = judged.stretch.definition.window.period_at(judged.stretch.period.end)
    runs = _runs(
        bad=units.bad,
        allowed=units.base * float(judged.stretch.definition.budget) * FACTOR,
        is_measured=units.measured,
        shortest=max(2, -(-SHORTEST_MINUTES // size)),
        least=min(LEAST_MINUTES, LEAST_SHARE * window.minutes) / size,
    )
    pause = PAUSE_MINUTES // size
    found = []
    place = 0
    while place < len(runs.starts):
        final = runs.final(place, pause=pause)
        first = runs.outbreak(place, final)
        place = final + 1
        if runs.is_burn(first, final):
            start, end = runs.starts[first], runs.ends[final]
            found.append((units.start_minute + start * size, units.start_minute + end * size))
            place = bisect_right(runs.starts, end + pause)
    return found


@dataclass(frozen=True, slots=True)
class _Runs:
    """Burning units without a pause between them: units [starts[i], ends[i]).

    before, until: sums from the first unit to the start and to the end of each. shortest, least: of a burn, in units
    and in units of budget.
    """

    starts: list[int]
    ends: list[int]
    before: _Sums
    until: _Sums
    shortest: int
    least: float

    def final(self, first: int, *, pause: int) -> int:
        """The run with which a burn ends that begins with the run *first*: the last one that it goes on with.

        A short one belongs to it when it is fast with the pause since the end before.
        """
        final = first
        for later in range(first + 1, len(self.starts)):
            if self.starts[later] - self.ends[final] > pause:
                break
            if self._is_long(later) or self.until.excess[later] > self.until.excess[final]:
                final = later
        return final

    def outbreak(self, first: int, final: int) -> int:
        """The run with which a burn begins: what came before is a flicker, by its speed or by its share of all.

        What was a burn when no more was known is no flicker; and by its share alone nothing is, as long as without it
        there would be none.
        """
        for later in range(first + 1, final + 1):
            if self._is_long(later - 1) or self.is_burn(first, later - 1):
                break
            if self.before.excess[later] <= self.before.excess[first]:
                first = later
        flicker = self.before.bad[first] + FLICKER * (self.until.bad[final] - self.before.bad[first])
        last = bisect_right(self.before.bad, flicker, first, final + 1) - 1
        return next((run for run in range(last, first, -1) if self.is_burn(run, final)), first)

    def is_burn(self, first: int, final: int) -> bool:
        """Long enough, and burn rate × measured length is enough. Units of a pause are as fast as those beside it."""
        if self.ends[final] - self.starts[first] < self.shortest:
            return False
        bad = self.until.bad[final] - self.before.bad[first]
        allowed = self.until.allowed[final] - self.before.allowed[first]
        measured = self.until.measured[final] - self.before.measured[first]
        return bad * measured * FACTOR >= self.least * allowed * (1 - _ROUNDING)

    def _is_long(self, run: int) -> bool:
        return self.ends[run] - self.starts[run] >= self.shortest


@dataclass(frozen=True, slots=True)
class _Sums:
    """excess: what is bad and was not allowed."""

    bad: list[float]
    allowed: list[float]
    excess: list[float]
    measured: list[int]


def _runs(*, bad: FloatArray, allowed: FloatArray, is_measured: BoolArray, shortest: int, least: float) -> _Runs:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], is_measured & (bad > allowed), [False]))))
    starts, ends = edges[::2], edges[1::2]
    excess = bad - allowed * (1 + _ROUNDING)
    sums = [np.concatenate(([0], np.cumsum(column))) for column in (bad, allowed, excess, is_measured)]
    before, until = (_Sums(*(column[places].tolist() for column in sums)) for places in (starts, ends))
    return _Runs(starts.tolist(), ends.tolist(), before, until, shortest, least)


def burn_share(*, judged: Judged, burn: Span, window_minutes: int) -> float:
    """The share of the budget of a whole window that *burn* took: burn rate × its measured minutes ÷ *window_minutes*.

    Source: Site Reliability Workbook, chapter 5: budget consumed = burn rate × alerting window ÷ SLO window.
    """
    units = judged.units
    size = units.unit_minutes
    place = slice((burn[0] - units.start_minute) // size, (burn[1] - units.start_minute) // size)
    allowed = units.base[place].sum() * float(judged.stretch.definition.budget)
    measured = int(units.measured[place].sum()) * size
    return float(units.bad[place].sum() / allowed) * measured / window_minutes if allowed and window_minutes else 0.0
