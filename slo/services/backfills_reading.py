"""Reading an SLI's past in short committed pieces, newest first."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

import numpy as np
import structlog
from django.db import transaction

from reliability.kit.instants import format_instant, from_minute, to_minute
from reliability.kit.periods import Period
from reliability.telemetry.domain.counts import Counts
from reliability.telemetry.domain.failures import TOO_MUCH, Reason, SourceError
from reliability.telemetry.domain.queries import SliQuery
from reliability.telemetry.models import Source
from reliability.telemetry.services import counts as telemetry
from slo.models import Backfill, Sli
from slo.selectors.slis_measurements import Measurement, Stretch, measurements_of, stretches
from slo.services import evaluations
from slo.services.chunk_rows import count_faults
from slo.services.collections_plan import FIRST_MINUTES, LAG_MINUTES, OVERLAP_MINUTES
from slo.services.series import store

logger = structlog.get_logger(__name__)

PIECE = timedelta(days=1)
ATTEMPTS_MAX = 8
_PIECE_LEAST = timedelta(hours=1)
_PAUSE_FIRST = timedelta(seconds=5)
_PAUSE_LONGEST = timedelta(minutes=5)
# Well within the lease of its due row; a piece that takes longer is halved.
_SECONDS_MAX = 120.0
# A shorter piece may succeed where these came.
_HALVED = TOO_MUCH | {Reason.OUT_OF_TIME}
_STRETCHES_MAX = 100

_State = Backfill.State
_OPEN = (_State.RUNNING, _State.PAUSED)


def advance(*, backfill_id: int, now: datetime) -> datetime | None:
    """Read one piece; returns when to go on, None when there is nothing to do any more.

    The cursor moves in the transaction that stores the piece, so a worker that dies at any point leaves a piece
    either stored or to be read again, and reading it again stores the same minutes. An hour that cannot be read
    although its definition works elsewhere is passed over, and the backfill says so.
    """
    backfill = Backfill.objects.select_related("sli", "restated_as").filter(pk=backfill_id).first()
    if backfill is None or backfill.state != _State.RUNNING:
        return None
    started = perf_counter()
    stretch = stretch_of(backfill)
    if stretch.period.is_empty or not stretch.measurement.is_read:
        return advance_to(backfill, stretch.period, None, started, now)
    source = Source.objects.get(pk=stretch.measurement.source_id)
    if source.open_until is not None and source.open_until > now:
        return source.open_until
    answer = _ask(backfill, source, stretch, now)
    if isinstance(answer, Counts):
        return advance_to(backfill, stretch.period, answer, started, now)
    is_away = answer.is_source_down or answer.reason is Reason.BREAKER_OPEN
    if is_away or (answer.reason in _HALVED and backfill.attempts + 1 < ATTEMPTS_MAX):
        return _note_failure(backfill, answer, now)
    return _refused(backfill, source, stretch, answer, now)


def stretch_of(backfill: Backfill) -> Stretch:
    """The next piece: a day back from the cursor, halved after failures, within one version of the SLI."""
    length = max(PIECE / (1 << min(backfill.halvings, 10)), _PIECE_LEAST)
    start, end = max(backfill.start_at, backfill.cursor_at - length), backfill.cursor_at
    version = backfill.restated_as
    measurements = measurements_of(slis=[backfill.sli])[backfill.sli_id]
    if version is not None:
        newest = measurements[-1]
        measurements = [replace(newest, source_id=version.source_id, spec=version.spec, start_minute=0)]
    found = stretches(measurements=measurements, start_minute=to_minute(start), end_minute=to_minute(end))
    return found[-1] if found else Stretch(measurements[-1], Period(start, end))


def _ask(backfill: Backfill, source: Source, stretch: Stretch, now: datetime) -> Counts | SourceError:
    answers = telemetry.collect(
        source=source,
        queries=[SliQuery(backfill.sli_id, stretch.measurement.spec)],
        period=stretch.period,
        now=now,
        seconds_max=_SECONDS_MAX,
    )
    return answers[backfill.sli_id]


def _refused(
    backfill: Backfill, source: Source, stretch: Stretch, error: SourceError, now: datetime
) -> datetime | None:
    """A piece that fails by itself: halved, then passed over, unless its definition works nowhere."""
    piece = stretch.period
    is_least = piece.length <= _PIECE_LEAST
    if backfill.halvings == 0 or is_least:
        proof = _ask(backfill, source, Stretch(stretch.measurement, _newest_hour(stretch.measurement, now)), now)
        if isinstance(proof, SourceError):
            if proof.is_source_down or stretch.measurement.is_current:
                return _note_failure(backfill, error, now, is_final=not proof.is_source_down)
            # The definition of that time cannot be read any more: none of its minutes can.
            first = max(backfill.start_at, from_minute(stretch.measurement.start_minute))
            return advance_to(backfill, Period(first, piece.end), None, 0.0, now, error=error)
    if is_least:
        return advance_to(backfill, piece, None, 0.0, now, error=error)
    Backfill.objects.filter(pk=backfill.pk, cursor_at=piece.end).update(
        halvings=backfill.halvings + 1, last_error=error.message
    )
    return now


def _newest_hour(measurement: Measurement, now: datetime) -> Period:
    end = min(measurement.end_minute, to_minute(now) - LAG_MINUTES)
    return Period.from_minutes(max(measurement.start_minute, end - 60), end)


@transaction.atomic
def advance_to(
    backfill: Backfill,
    piece: Period,
    counts: Counts | None,
    started: float,
    now: datetime,
    *,
    error: SourceError | None = None,
) -> datetime | None:
    """Store *counts* and put the cursor before *piece*. error: why there are none, and the piece is passed over."""
    stored = Backfill.objects.select_for_update().filter(pk=backfill.pk).first()
    if stored is None or stored.state not in _OPEN:
        return None  # cancelled while the source was asked
    if stored.cursor_at != piece.end:
        return now if stored.state == _State.RUNNING else None  # another worker has stored this piece
    if counts is not None:
        faults = _new_faults(stored, counts)
        stored.minutes_stored += store(sli_id=stored.sli_id, counts=counts, now=now).stored
        stored.working_seconds += perf_counter() - started
        count_faults({stored.sli_id: faults} if faults else {})
        stored.attempts = stored.halvings = 0
        words = " ".join(counts.warnings) if counts.faults else ""
        stored.last_error = words or (stored.last_error if stored.unread else "")
    if error is not None:
        stored.unread = _with_stretch(stored.unread, piece)
        stored.last_error = error.message
    stored.cursor_at = piece.start
    if stored.cursor_at <= stored.start_at:
        _end(stored, now)
    stored.save(
        update_fields=(
            "minutes_stored", "working_seconds", "cursor_at", "attempts", "halvings", "unread", "last_error", "state",
            "finished_at", "updated_at",
        )
    )  # fmt: skip
    return now if stored.state == _State.RUNNING else None


def _end(stored: Backfill, now: datetime) -> None:
    stored.state, stored.finished_at = _State.DONE, now
    evaluations.redraw(sli_id=stored.sli_id)
    if not stored.unread:  # what collection had passed over is measured now
        mended = Sli.objects.filter(pk=stored.sli_id, unread_from_at__gte=stored.start_at)
        mended.filter(unread_until_at__lte=stored.end_at).update(
            unread_from_at=None, unread_until_at=None, unread_reason=""
        )


def _with_stretch(unread: list[Any], piece: Period) -> list[Any]:
    """Newest first; a stretch that continues the last one makes it longer."""
    start, end = format_instant(piece.start), format_instant(piece.end)
    if unread and (unread[-1][0] == end or len(unread) >= _STRETCHES_MAX):
        return [*unread[:-1], [start, unread[-1][1]]]
    return [*unread, [start, end]]


def _new_faults(stored: Backfill, counts: Counts) -> int:
    """Refused minutes that neither collection nor another backfill has counted."""
    sli = Sli.objects.only("created_at", "collected_until").get(pk=stored.sli_id)
    others = Backfill.objects.filter(sli_id=stored.sli_id).exclude(pk=stored.pk).order_by("pk")
    counted = list(others.values_list("cursor_at", "end_at"))
    if sli.collected_until is not None:
        begun = sli.created_at - timedelta(minutes=FIRST_MINUTES + OVERLAP_MINUTES + LAG_MINUTES)
        counted.append((begun, sli.collected_until))
    faulty = counts.faulty.copy()
    for start, end in counted:
        first, last = (max(0, to_minute(instant) - counts.start_minute) for instant in (start, end))
        faulty[first:last] = False
    return int(np.count_nonzero(faulty))


@transaction.atomic
def _note_failure(backfill: Backfill, error: SourceError, now: datetime, *, is_final: bool = False) -> datetime | None:
    """Count the failure and say when to try again; None when it has failed for good."""
    stored = Backfill.objects.select_for_update().filter(pk=backfill.pk).first()
    if stored is None or stored.state not in _OPEN:
        return None
    stored.attempts += 1
    stored.halvings += error.reason in _HALVED
    stored.last_error = error.message
    if is_final or stored.attempts >= ATTEMPTS_MAX:
        stored.state, stored.finished_at = _State.FAILED, now
        logger.warning("backfill_failed", backfill=stored.pk, attempts=stored.attempts, error=error.message)
    stored.save(update_fields=("attempts", "halvings", "last_error", "state", "finished_at", "updated_at"))
    if stored.state != _State.RUNNING:
        return None
    return now + min(_PAUSE_FIRST * (1 << (stored.attempts - 1)), _PAUSE_LONGEST)
