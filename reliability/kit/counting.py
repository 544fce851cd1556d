"""How many events one minute may hold, so that the sums of a whole series stay exact in float64."""

from __future__ import annotations

EXACT_MAX = 1 << 53  # up to here float64 holds every whole number
DRIFT_MAX = 1 << 50  # how far the origin of running sums may lie from the oldest minute that is kept
COUNT_MAX = 10**10  # per minute: 167 million events each second

_DAY_MINUTES = 24 * 60


def count_max(*, retention_days: int) -> int:
    """The largest count of one minute when minutes are kept for *retention_days*: COUNT_MAX, less beyond 546 days.

    Every minute of the retention (and a day, for whole hours and clocks that run ahead) at this count adds up to less
    than EXACT_MAX, the drift of the origin included: so running sums of whole counts, and their differences, are exact.
    """
    return min(COUNT_MAX, (EXACT_MAX - DRIFT_MAX - 1) // ((retention_days + 1) * _DAY_MINUTES))
