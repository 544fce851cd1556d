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


def burns(*, judged: Judged) -> list[Span]:
    """[start, end) in epoch minutes, oldest first: at least SHORTEST_MINUTES long, and all in all faster than FACTOR.

    It lost at least the budget of LEAST_MINUTES, or of LEAST_SHARE of the window if that is less. One bad slice is no
    burn, however long: there are two at least. Pauses of at most PAUSE_MINUTES do not end a burn; longer ones lie
    between any two. It begins with its outbreak: a flicker that came before it is left out, else what was changed in
    between would be no suspect of it. A flicker that comes after it is left out, too, and bridges no pause: what is
    lost by chance would put off the end, for as long as it comes often enough.
    """
    units, size = judged.units, judged.units.unit_minutes
    allowed = units.base * float(judged.stretch.definition.budget)
    runs = _runs(bad=units.bad, allowed=allowed * FACTOR, is_measured=units.measured)
    pause, shortest = PAUSE_MINUTES // size, max(2, -(-SHORTEST_MINUTES // size))
    window = judged.stretch.definition.window.period_at(judged.stretch.period.end)
    least = min(LEAST_MINUTES, LEAST_SHARE * window.minutes) / size
    found = []
    place = 0
    while place < len(runs.starts):
        final = runs.final(place, pause=pause, shortest=shortest)
        first = runs.outbreak(place, final, shortest=shortest)
        start, end = runs.starts[first], runs.ends[final]
        place = final + 1
        if end - start < shortest or not runs.is_fast(first, final):
            continue
        if runs.lost(first, final) * (end - start) >= least * allowed[start:end].sum():
            found.append((units.start_minute + start * size, units.start_minute + end * size))
            place = bisect_right(runs.starts, end + pause)
    return found


@dataclass(frozen=True, slots=True)
class _Runs:
    """Burning units without a pause between them: units [starts[i], ends[i]).

    bad_*: what was lost from the first unit to the start or end of each; excess_*: what of it was not allowed.
    """

    starts: list[int]
    ends: list[int]
    bad_before: list[float]
    bad_until: list[float]
    excess_before: list[float]
    excess_until: list[float]

    def final(self, first: int, *, pause: int, shortest: int) -> int:
        """The run with which a burn ends that begins with the run *first*: the last one that it goes on with.

        A short one belongs to it when it is fast with the pause since the end before; a long one, when the whole is.
        """
        final = first
        for later in range(first + 1, len(self.starts)):
            if self.starts[later] - self.ends[final] > pause:
                break
            is_long = self.ends[later] - self.starts[later] >= shortest
            if self.excess_until[later] > (self.excess_before[first] if is_long else self.excess_until[final]):
                final = later
        return final

    def outbreak(self, first: int, final: int, *, shortest: int) -> int:
        """The run with which a burn begins: what came before is a flicker, by its speed or by its share of all."""
        while first < final and self.ends[first] - self.starts[first] < shortest:
            if self.excess_before[first + 1] > self.excess_before[first]:
                break
            first += 1
        flicker = self.bad_before[first] + FLICKER * self.lost(first, final)
        return bisect_right(self.bad_before, flicker, first, final + 1) - 1

    def lost(self, first: int, final: int) -> float:
        return self.bad_until[final] - self.bad_before[first]

    def is_fast(self, first: int, final: int) -> bool:
        return self.excess_until[final] > self.excess_before[first]


def _runs(*, bad: FloatArray, allowed: FloatArray, is_measured: BoolArray) -> _Runs:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], is_measured & (bad > allowed), [False]))))
    starts, ends = edges[::2], edges[1::2]
    lost = np.concatenate(([0.0], np.cumsum(bad)))
    # A little more is allowed than that: sums of floats, exactly as much as allowed, are wrong by less.
    excess = np.concatenate(([0.0], np.cumsum(bad - allowed * (1 + 1e-6))))
    columns = (starts, ends, lost[starts], lost[ends], excess[starts], excess[ends])
    return _Runs(*(column.tolist() for column in columns))


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
