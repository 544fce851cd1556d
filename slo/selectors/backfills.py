"""How far a backfill got, how fast it goes and what is left of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from slo.models import Backfill, Sli


@dataclass(frozen=True, slots=True)
class BackfillProgress:
    """percent: 0..100. rate: minutes of series stored per second of work, None before the first piece.

    remaining: expected working time to the end, None when paused, finished or not yet known.
    """

    id: int
    sli: str
    state: str
    percent: float
    minutes_done: int
    minutes_total: int
    rate: float | None
    remaining: timedelta | None
    start_at: datetime
    end_at: datetime
    cursor_at: datetime
    attempts: int
    last_error: str
    author_name: str
    is_open: bool


def progress_of(*, backfill: Backfill) -> BackfillProgress:
    """The progress of one backfill."""
    raise NotImplementedError


def latest_of(*, sli: Sli) -> Backfill | None:
    """The open backfill of the indicator, or else the newest."""
    raise NotImplementedError


def list_of(*, sli: Sli, limit: int = 20) -> list[Backfill]:
    """The indicator's backfills, newest first."""
    raise NotImplementedError
