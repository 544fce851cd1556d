"""How long a system runs between failures.

- MTBF, mean time between failures: from the start of one failure to the start of the next, as
  `incidents.response.domain.figures` has it.
- MTTF, mean time to failure: how long it ran without one, from the end of a failure to the start of the next. Failures
  that overlap are one. While a failure lasts, nothing runs, so what follows an unfinished one is not known.
- Failures one after the other: MTBF = MTTF + MTTR, as sums of the same intervals.

Source: IEC 60050-192:2015 (192-05-11, 192-05-13), and "The Art of SLOs" for what they are good for. Both stand on few
events: they are shown with n, and as medians, never as a promise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.response.domain.figures import Durations, Marks, durations_of


@dataclass(frozen=True, slots=True)
class Failure:
    """end: None while it lasts."""

    start: datetime
    end: datetime | None


def failures_of(incidents: Iterable[Marks]) -> list[Failure]:
    """Of incidents in which something was broken: no duplicates, no false positives."""
    return [
        Failure(marks.started_at, marks.resolved_at)
        for marks in incidents
        if not marks.is_duplicate and not marks.is_false_positive
    ]


def quiet_times(failures: Iterable[Failure]) -> list[timedelta]:
    """Between the end of what has failed so far and the next start, in order; overlapping ones leave none between."""
    ordered = sorted(failures, key=lambda one: one.start)
    found: list[timedelta] = []
    ended: datetime | None = None
    for number, one in enumerate(ordered):
        if number and ended is None:
            break
        if number and ended is not None and one.start > ended:
            found.append(one.start - ended)
        ended = None if one.end is None else max(one.end, one.start, ended or one.start)
    return found


def time_to_failure(incidents: Iterable[Marks]) -> Durations:
    """MTTF."""
    return durations_of(quiet_times(failures_of(incidents)))
