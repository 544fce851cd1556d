"""The circuit breaker of a source: after some failures in a row it is left alone for a while."""

from __future__ import annotations

from datetime import timedelta

FAILURES_MAX = 3
_FIRST = timedelta(minutes=1)
_LONGEST = timedelta(minutes=5)


def rest_after(failures_in_a_row: int) -> timedelta | None:
    """How long no request is made after the n-th failure in a row; None while there were too few.

    Doubles with every further failure up to five minutes: a source that is back is noticed within that time,
    and the minutes it missed are fetched then.
    """
    if failures_in_a_row < FAILURES_MAX:
        return None
    doublings = min(failures_in_a_row - FAILURES_MAX, 10)
    return min(_FIRST * (1 << doublings), _LONGEST)
