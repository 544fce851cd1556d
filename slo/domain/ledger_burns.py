"""Stretches in which a budget burnt, found in its minutes: what the changes before them are suspected of."""

from __future__ import annotations

import numpy as np

from slo.domain.ledger_posting import Judged
from slo.domain.minutes import BoolArray, FloatArray
from slo.domain.spans import Span

FACTOR = 2.0  # times the rate that a budget lasts its window at: what is below may go on for ever, and is no event
PAUSE_MINUTES = 15  # shorter pauses do not end a burn
SHORTEST_MINUTES = 5
FLICKER = 0.05


def burns(*, judged: Judged) -> list[Span]:
    """[start, end) in epoch minutes, oldest first: at least SHORTEST_MINUTES long, and all in all faster than FACTOR.

    One bad slice is no burn, however long: there are two at least. Burning minutes with pauses of at most PAUSE_MINUTES
    between them are one burn. It begins with its outbreak: a flicker that came before it is left out, else what was
    changed in between would be no suspect of it.
    """
    units, size = judged.units, judged.units.unit_minutes
    allowed = units.base * float(judged.stretch.definition.budget) * FACTOR
    burning = np.flatnonzero(units.measured & (units.bad > allowed))
    if not len(burning):
        return []
    pauses = np.diff(burning) - 1
    breaks = np.flatnonzero(pauses * size > PAUSE_MINUTES)
    firsts = burning[np.concatenate(([0], breaks + 1))]
    lasts = burning[np.concatenate((breaks, [len(burning) - 1]))] + 1
    found = []
    for began, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
        first = began + _outbreak(units.bad[began:last], burning=units.bad[began:last] > allowed[began:last])
        is_fast = units.bad[first:last].sum() > allowed[first:last].sum()
        if last - first > 1 and (last - first) * size >= SHORTEST_MINUTES and is_fast:
            found.append((units.start_minute + first * size, units.start_minute + last * size))
    return found


def _outbreak(bad: FloatArray, *, burning: BoolArray) -> int:
    """The first unit of the earliest stretch before which no more than FLICKER of all was lost."""
    starts = np.flatnonzero(burning & ~np.concatenate(([False], burning[:-1])))
    lost_before = np.concatenate(([0.0], np.cumsum(bad)))[starts]
    return int(starts[np.searchsorted(lost_before, FLICKER * bad.sum(), side="right") - 1])


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
