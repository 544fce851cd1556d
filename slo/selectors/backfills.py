"""How far a backfill got, how fast it goes and what is left of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from slo.models import Backfill, Sli

OPEN_STATES = (Backfill.State.RUNNING.value, Backfill.State.PAUSED.value)


@dataclass(frozen=True, slots=True)
class BackfillProgress:
    """percent: 0..100. rate: minutes of series read per second of work, None before the first piece.

    remaining: expected working time to the end, None when paused, finished or not yet known.
    """

    id: int
    sli: str
    state: str
    percent: float
    minutes_done: int
    minutes_total: int
    minutes_stored: int
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
    total = _minutes(backfill.end_at - backfill.start_at)
    done = _minutes(backfill.end_at - backfill.cursor_at)
    rate = done / backfill.working_seconds if done and backfill.working_seconds > 0 else None
    is_running = backfill.state == Backfill.State.RUNNING
    return BackfillProgress(
        id=backfill.pk,
        sli=backfill.sli.name,
        state=backfill.state,
        percent=100.0 * done / total if total else 100.0,
        minutes_done=done,
        minutes_total=total,
        minutes_stored=backfill.minutes_stored,
        rate=rate,
        remaining=timedelta(seconds=(total - done) / rate) if rate and is_running else None,
        start_at=backfill.start_at,
        end_at=backfill.end_at,
        cursor_at=backfill.cursor_at,
        attempts=backfill.attempts,
        last_error=backfill.last_error,
        author_name=backfill.author_name,
        is_open=backfill.state in OPEN_STATES,
    )


def latest_of(*, sli: Sli) -> Backfill | None:
    """The open backfill of the indicator, or else the newest."""
    rows = Backfill.objects.filter(sli=sli).select_related("sli").order_by("-created_at", "-pk")
    return rows.filter(state__in=OPEN_STATES).first() or rows.first()


def list_of(*, sli: Sli, limit: int = 20) -> list[Backfill]:
    """The indicator's backfills, newest first."""
    rows = Backfill.objects.filter(sli=sli).select_related("sli").order_by("-created_at", "-pk")
    return list(rows[:limit])


def find(*, sli: Sli, backfill_id: int) -> Backfill | None:
    """The indicator's backfill of this id."""
    return Backfill.objects.filter(sli=sli, pk=backfill_id).select_related("sli").first()


def _minutes(length: timedelta) -> int:
    return length // timedelta(minutes=1)
