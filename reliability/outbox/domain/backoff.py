"""How long failed work waits before it is tried again."""

from __future__ import annotations

from datetime import timedelta

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)


def pause_after(*, attempts: int) -> timedelta:
    """Doubling from five seconds, at most ten minutes. *attempts* counts the failed ones, from 1."""
    doublings = min(max(attempts, 1) - 1, 16)
    return timedelta(seconds=min(FIRST_PAUSE.total_seconds() * 2.0**doublings, LONGEST_PAUSE.total_seconds()))
