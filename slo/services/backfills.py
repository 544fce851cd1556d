"""Reading an SLI's past in short committed pieces, newest first."""

from __future__ import annotations

from datetime import datetime, timedelta
from time import perf_counter

import structlog
from django.db import IntegrityError, transaction

from reliability.access.domain.caller import Caller
from reliability.access.services import audit
from reliability.kit.instants import format_instant, from_minute, to_minute
from reliability.kit.periods import Period
from reliability.outbox.services.due import cancel as cancel_due
from reliability.telemetry.domain.counts import Counts
from reliability.telemetry.domain.failures import Reason, SourceError
from reliability.telemetry.domain.queries import SliQuery
from reliability.telemetry.services import counts as telemetry
from reliability.web.errors import Conflict
from slo.models import Backfill, Sli
from slo.services import editing, evaluations, schedules
from slo.services.chunk_rows import count_faults
from slo.services.collections import LAG_MINUTES
from slo.services.series import acceptable_minutes, store

logger = structlog.get_logger(__name__)

PIECE = timedelta(days=1)
ATTEMPTS_MAX = 8
_PAUSE_FIRST = timedelta(seconds=5)
_PAUSE_LONGEST = timedelta(minutes=5)
# A shorter piece may succeed where these came; each failure halves it.
_TOO_MUCH = frozenset({Reason.ANSWER_TOO_LARGE, Reason.QUERY_TOO_EXPENSIVE, Reason.TIMEOUT})
_PIECE_LEAST = timedelta(hours=1)

_State = Backfill.State


def start(*, caller: Caller, sli: Sli, period: Period, now: datetime, reason: str = "") -> Backfill:
    """Begin to read *period* (cut to retention and to what has settled).

    Raises Invalid when nothing of it can be read, Conflict while one is open, Forbidden.
    """
    editing.require_editor(caller=caller, team_ids=[sli.team_id])
    oldest, _ = acceptable_minutes(now=now)
    first = max(period.start_minute, oldest)
    end = min(period.end_minute, to_minute(now) - LAG_MINUTES)
    mistakes = []
    if sli.spec.get("kind") == "pushed":
        mistakes.append(("sli", "is pushed: send its past to /api/v1/counts, there is no source to read it from"))
    if first >= end:
        kept = format_instant(from_minute(oldest))
        mistakes.append(("start", f"must name a past period; minutes before {kept} are not kept"))
    editing.refuse(mistakes)
    try:
        with transaction.atomic():
            backfill = Backfill.objects.create(
                sli=sli,
                start_at=from_minute(first),
                end_at=from_minute(end),
                cursor_at=from_minute(end),
                author_name=caller.name[:160],
            )
            _record(caller, "backfill.start", backfill, now, reason)
            schedules.backfill(backfill_id=backfill.pk, now=now)
    except IntegrityError as error:
        raise Conflict(
            f"a backfill of the SLI {sli.name!r} is open already: cancel it first, or let it finish",
            reason="backfill_open",
        ) from error
    return backfill


def pause(*, caller: Caller, backfill: Backfill, now: datetime) -> Backfill:
    """Stop after the piece in hand; resume goes on where it stopped. Raises Conflict unless running."""
    return _change(caller, backfill, now, "backfill.pause", {_State.RUNNING}, _State.PAUSED)


def resume(*, caller: Caller, backfill: Backfill, now: datetime) -> Backfill:
    """Go on with a paused or failed backfill. Raises Conflict otherwise, or while another one is open."""
    return _change(caller, backfill, now, "backfill.resume", {_State.PAUSED, _State.FAILED}, _State.RUNNING)


def cancel(*, caller: Caller, backfill: Backfill, now: datetime) -> Backfill:
    """End it for good; what was stored stays. Raises Conflict unless running or paused."""
    return _change(caller, backfill, now, "backfill.cancel", {_State.RUNNING, _State.PAUSED}, _State.CANCELLED)


def advance(*, backfill_id: int, now: datetime) -> datetime | None:
    """Read one piece; returns when to go on, None when there is nothing to do any more.

    The cursor moves in the transaction that stores the piece, so a worker that dies at any point leaves a piece
    either stored or to be read again, and reading it again stores the same minutes.
    """
    backfill = Backfill.objects.select_related("sli", "sli__source").filter(pk=backfill_id).first()
    if backfill is None or backfill.state != _State.RUNNING:
        return None
    source = backfill.sli.source
    if source.open_until is not None and source.open_until > now:
        return source.open_until
    started = perf_counter()
    piece = _piece(backfill)
    if piece.is_empty:
        return _advance_to(backfill, piece, None, 0.0, now)
    answer = telemetry.collect(
        source=source, queries=[SliQuery(backfill.sli_id, backfill.sli.spec)], period=piece, now=now
    )[backfill.sli_id]
    if isinstance(answer, SourceError):
        return _note_failure(backfill, answer, now)
    return _advance_to(backfill, piece, answer, started, now)


def _piece(backfill: Backfill) -> Period:
    """A day back from the cursor; after each failure half of it."""
    length = max(PIECE / (1 << min(backfill.attempts, 10)), _PIECE_LEAST)
    return Period(max(backfill.start_at, backfill.cursor_at - length), backfill.cursor_at)


@transaction.atomic
def _advance_to(
    backfill: Backfill, piece: Period, counts: Counts | None, started: float, now: datetime
) -> datetime | None:
    stored = Backfill.objects.select_for_update().filter(pk=backfill.pk).first()
    if stored is None or stored.state not in (_State.RUNNING, _State.PAUSED):
        return None  # cancelled while the source was asked
    if stored.cursor_at != piece.end:
        return now if stored.state == _State.RUNNING else None  # another worker has stored this piece
    if counts is not None:
        stored.minutes_stored += store(sli_id=stored.sli_id, counts=counts, now=now).stored
        stored.working_seconds += perf_counter() - started
        count_faults({stored.sli_id: counts.faults} if counts.faults else {})
    stored.cursor_at = piece.start
    stored.attempts, stored.last_error = 0, " ".join(counts.warnings) if counts is not None and counts.faults else ""
    if stored.cursor_at <= stored.start_at:
        stored.state, stored.finished_at = _State.DONE, now
        evaluations.redraw(sli_id=stored.sli_id)
    stored.save(
        update_fields=(
            "minutes_stored", "working_seconds", "cursor_at", "attempts", "last_error", "state", "finished_at",
            "updated_at",
        )
    )  # fmt: skip
    return now if stored.state == _State.RUNNING else None


@transaction.atomic
def _note_failure(backfill: Backfill, error: SourceError, now: datetime) -> datetime | None:
    """Count the failure and say when to try again; None when it has failed for good."""
    stored = Backfill.objects.select_for_update().filter(pk=backfill.pk).first()
    if stored is None or stored.state not in (_State.RUNNING, _State.PAUSED):
        return None
    stored.attempts += 1
    stored.last_error = error.message
    may_succeed = error.is_source_down or error.reason in _TOO_MUCH or error.reason is Reason.BREAKER_OPEN
    if not may_succeed or stored.attempts >= ATTEMPTS_MAX:
        stored.state, stored.finished_at = _State.FAILED, now
        logger.warning("backfill_failed", backfill=stored.pk, attempts=stored.attempts, error=error.message)
    stored.save(update_fields=("attempts", "last_error", "state", "finished_at", "updated_at"))
    if stored.state != _State.RUNNING:
        return None
    return now + min(_PAUSE_FIRST * (1 << (stored.attempts - 1)), _PAUSE_LONGEST)


def _change(
    caller: Caller, backfill: Backfill, now: datetime, action: str, allowed: set[Backfill.State], state: Backfill.State
) -> Backfill:
    editing.require_editor(caller=caller, team_ids=[backfill.sli.team_id])
    try:
        with transaction.atomic():
            stored = Backfill.objects.select_for_update().select_related("sli").get(pk=backfill.pk)
            if stored.state not in allowed:
                raise Conflict(f"the backfill is {stored.state}: load the page again", reason="backfill_state")
            before, stored.state = stored.state, state.value
            is_ended = state is _State.CANCELLED
            stored.finished_at = now if is_ended else None
            if state is _State.RUNNING:
                stored.attempts, stored.last_error = 0, ""
            stored.save(update_fields=("state", "finished_at", "attempts", "last_error", "updated_at"))
            _record(caller, action, stored, now, "", state=[before, state.value])
            if state is _State.RUNNING:
                schedules.backfill(backfill_id=stored.pk, now=now)
            else:
                cancel_due(kind=schedules.BACKFILL, key=stored.pk)
    except IntegrityError as error:
        raise Conflict(
            f"another backfill of the SLI {backfill.sli.name!r} is open: cancel it first", reason="backfill_open"
        ) from error
    return stored


def _record(
    caller: Caller, action: str, backfill: Backfill, now: datetime, reason: str, state: list[str] | None = None
) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind="backfill",
        object_name=backfill.sli.name,
        team_id=backfill.sli.team_id,
        now=now,
        changes={
            "period": [None, [format_instant(backfill.start_at), format_instant(backfill.end_at)]],
            "state": state or [None, backfill.state],
        },
        reason=reason,
    )
