"""How far a backfill got, how fast it goes and what is left of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from reliability.kit.instants import parse_instant
from reliability.kit.periods import Period
from slo.models import Backfill, Sli

OPEN_STATES = (Backfill.State.RUNNING.value, Backfill.State.PAUSED.value)


@dataclass(frozen=True, slots=True)
class BackfillProgress:
    """percent: 0..100. rate: minutes of series read per second of work, None before the first piece.

    remaining: expected working time to the end, None when paused, finished or not yet known. restated_as: since when
    the definition holds that measures all of it, None when each minute is measured by that of its time. unread:
    what could not be read and was passed over, newest first.
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
    restated_as: datetime | None
    unread: list[Period]
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
        restated_as=backfill.restated_as.effective_from if backfill.restated_as else None,
        unread=[Period(parse_instant(start), parse_instant(end)) for start, end in backfill.unread],
        attempts=backfill.attempts,
        last_error=backfill.last_error,
        author_name=backfill.author_name,
        is_open=backfill.state in OPEN_STATES,
    )


def latest_of(*, sli: Sli) -> Backfill | None:
    """The open backfill of the indicator, or else the newest."""
    rows = _joined(sli)
    return rows.filter(state__in=OPEN_STATES).first() or rows.first()


def list_of(*, sli: Sli, limit: int = 20) -> list[Backfill]:
    """The indicator's backfills, newest first."""
    return list(_joined(sli)[:limit])


def find(*, sli: Sli, backfill_id: int) -> Backfill | None:
    """The indicator's backfill of this id."""
    return _joined(sli).filter(pk=backfill_id).first()


def _joined(sli: Sli) -> QuerySet[Backfill]:
    rows: QuerySet[Backfill] = Backfill.objects.filter(sli=sli)
    return rows.select_related("sli", "restated_as").order_by("-created_at", "-pk")


def _minutes(length: timedelta) -> int:
    return length // timedelta(minutes=1)
