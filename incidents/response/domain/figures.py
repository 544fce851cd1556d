"""How long it takes to notice, to answer and to mend, from the milestones of incidents.

Definitions, after domain.md §2 and PagerDuty's analytics:

- MTTD: started → detected. MTTA: detected → first acknowledgement by a human. MTTR from start: started → resolved;
  from detection: detected → resolved. MTBF: from the start of one incident to the start of the next.
- What never was acknowledged, and what is still open, is left out of the means and counted apart.
- Duplicates count nowhere. A false positive woke somebody, so it counts for the acknowledgement; nothing was broken,
  so it does not for detection, repair and the time between failures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

NINETIETH = 0.9


@dataclass(frozen=True, slots=True)
class Marks:
    """What one incident gives. Instants that were not reached are None."""

    started_at: datetime
    detected_at: datetime
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
    is_false_positive: bool = False
    is_duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Durations:
    """Of n durations; None where n is 0. p90: linear between the closest ranks, as numpy's percentile."""

    n: int
    median: timedelta | None = None
    p90: timedelta | None = None
    mean: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """n: incidents, duplicates apart. never_acknowledged: over, and no human ever did. open: not resolved yet, of
    which open_unacknowledged wait for a human."""

    n: int
    mttd: Durations
    mtta: Durations
    mttr_from_start: Durations
    mttr_from_detection: Durations
    mtbf: Durations
    never_acknowledged: int
    open: int
    open_unacknowledged: int
    false_positives: int
    duplicates: int


def durations_of(values: Iterable[timedelta]) -> Durations:
    """Median, 90th percentile and mean. A negative value counts as none: milestones forbid it, clocks may not."""
    ordered = sorted(max(value, timedelta(0)) for value in values)
    if not ordered:
        return Durations(n=0)
    return Durations(
        n=len(ordered),
        median=_quantile(ordered, 0.5),
        p90=_quantile(ordered, NINETIETH),
        mean=sum(ordered, timedelta(0)) / len(ordered),
    )


def figures_of(incidents: Iterable[Marks]) -> Figures:
    """The figures of a set of incidents, in any order."""
    everything = list(incidents)
    counted = [marks for marks in everything if not marks.is_duplicate]
    real = [marks for marks in counted if not marks.is_false_positive]
    starts = sorted(marks.started_at for marks in real)
    still_open = [marks for marks in counted if marks.resolved_at is None]
    return Figures(
        n=len(counted),
        mttd=durations_of(marks.detected_at - marks.started_at for marks in real),
        mtta=durations_of(
            marks.acknowledged_at - marks.detected_at for marks in counted if marks.acknowledged_at is not None
        ),
        mttr_from_start=durations_of(
            marks.resolved_at - marks.started_at for marks in real if marks.resolved_at is not None
        ),
        mttr_from_detection=durations_of(
            marks.resolved_at - marks.detected_at for marks in real if marks.resolved_at is not None
        ),
        mtbf=durations_of(later - earlier for earlier, later in pairwise(starts)),
        never_acknowledged=sum(marks.acknowledged_at is None and marks.resolved_at is not None for marks in counted),
        open=len(still_open),
        open_unacknowledged=sum(marks.acknowledged_at is None for marks in still_open),
        false_positives=len(counted) - len(real),
        duplicates=len(everything) - len(counted),
    )


def _quantile(ordered: Sequence[timedelta], share: float) -> timedelta:
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
