"""Doing one claimed row: take it up, call its handler, move or delete the row."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from django.db import connection, transaction
from django.db.models import F

from reliability.outbox.domain.backoff import pause_after
from reliability.outbox.models import Due
from reliability.outbox.registry import Registration, Underway, registration_of
from reliability.outbox.services.claims import DEATHS_BEFORE_PAUSE, Claim, claim_successor, put_back
from reliability.outbox.services.keeping import KEPT, keeper
from reliability.outbox.services.lanes import SLOW_AFTER, note_duration
from reliability.web.metrics import DUE_RUNS, DUE_SECONDS

logger = structlog.get_logger(__name__)

_ERROR_LENGTH_MAX = 2000
# A handler that is due again at once goes on in the same task this long, then makes room for others.
STRETCH = timedelta(seconds=10)


class Outcome(StrEnum):
    """What became of a claimed row; also the label of the metric."""

    DONE = "done"  # finished: the row is deleted
    MOVED = "moved"  # finished for now: due again later
    FAILED = "failed"  # the handler raised: due again after a pause
    LOST = "lost"  # the lease had gone to somebody else: nothing was changed


@dataclass(frozen=True, slots=True)
class Ran:
    """due_at: when the row is due next. following: the next row of its lane, claimed for the same slot, and what was
    begun of it already."""

    outcome: Outcome
    due_at: datetime | None = None
    following: Claim | None = None
    begun: Begun | None = None


@dataclass(slots=True)
class Begun:
    """A row that was taken up at *at*. underway: what its handler began; next_at: what it answered instead."""

    row: Due
    registration: Registration
    at: datetime
    underway: Underway | None = None
    next_at: datetime | None = None
    error: str = ""

    @property
    def kind(self) -> str:
        return self.row.kind


class _LostError(Exception):
    """The lease went to somebody else while the handler began: undo that."""


class _NotBegunError(Exception):
    """The handler raised while it began: its writes are undone, and the try is counted."""


def run(*, due_id: int, token: uuid.UUID, owner: str, clock: Callable[[], datetime]) -> Outcome:
    """Run the handler of a claimed row for as long as it is due at once, at most about ten seconds.

    clock: reads the time; passed in because a run spans several instants.
    """
    return run_in_lane(due_id=due_id, token=token, owner=owner, clock=clock, passes_on=False).outcome


def run_in_lane(
    *,
    due_id: int,
    token: uuid.UUID,
    owner: str,
    clock: Callable[[], datetime],
    passes_on: bool,
    begun: Begun | None = None,
) -> Ran:
    """As run. passes_on: with the row's end, claim the next of its lane for the caller, who must do it now.

    begun: of this row, as the run before it in the lane answered.
    """
    started_at = clock()
    while True:
        ran = _run_once(due_id=due_id, token=token, owner=owner, clock=clock, passes_on=passes_on, begun=begun)
        begun = None
        is_due_again = ran.outcome is Outcome.MOVED and ran.due_at is not None and ran.due_at <= clock()
        if not is_due_again:
            return ran
        if clock() - started_at > STRETCH:
            _release(due_id=due_id, token=token)
            return ran


def _run_once(
    *,
    due_id: int,
    token: uuid.UUID,
    owner: str,
    clock: Callable[[], datetime],
    passes_on: bool,
    begun: Begun | None,
) -> Ran:
    begun = begun or _taken_up(due_id=due_id, token=token, owner=owner, now=clock())
    if begun is None:
        return Ran(Outcome.LOST)
    row = begun.row
    if not begun.error:
        _work(begun=begun, token=token, now=begun.at, clock=clock)
    finished_at = clock()
    taken = finished_at - begun.at
    DUE_SECONDS.labels(kind=row.kind).observe(max(taken.total_seconds(), 0.0))
    if row.lane:
        note_duration(lane=row.lane, taken=taken, now=finished_at)
    passes_on = passes_on and taken <= SLOW_AFTER
    ran = _ended(begun=begun, token=token, owner=owner, now=finished_at, passes_on=passes_on)
    DUE_RUNS.labels(kind=row.kind, outcome=ran.outcome.value).inc()
    return ran


def _taken_up(*, due_id: int, token: uuid.UUID, owner: str, now: datetime) -> Begun | None:
    try:
        return _begin(due_id=due_id, token=token, owner=owner, now=now)
    except _LostError:
        return None
    except _NotBegunError as raised:
        begun = _begin(due_id=due_id, token=token, owner=owner, now=now, is_staged=False)
        if begun is not None:
            begun.error = _noted(begun.row, raised.__cause__ or raised)
        return begun


@transaction.atomic
def _begin(*, due_id: int, token: uuid.UUID, owner: str, now: datetime, is_staged: bool = True) -> Begun | None:
    """Extend the dispatch lease to the handler's. None when the token is stale or the kind unknown here.

    What a staged handler begins is committed with it; the row is locked last, as by whoever asks for work.
    """
    row = Due.objects.filter(pk=due_id, lease_token=token).order_by().first()
    registration = registration_of(row.kind) if row is not None else None
    if row is None or registration is None:
        return None
    if row.begun_at is not None and row.attempts >= DEATHS_BEFORE_PAUSE:
        _put_aside(due_id=due_id, token=token, now=now)
        return None
    begun = Begun(row, registration, now)
    if is_staged and registration.begin is not None:
        try:
            answer = registration.begin(key=row.key, payload=row.payload, now=now)
        except Exception as raised:
            raise _NotBegunError from raised
        if isinstance(answer, Underway):
            begun.underway = answer
        else:
            begun.next_at = answer
    held = Due.objects.filter(pk=due_id, lease_token=token).update(
        lease_until=now + (min(registration.lease, KEPT) if registration.kept else registration.lease),
        lease_owner=owner,
        begun_at=now,
        attempts=F("attempts") + 1,
    )
    if not held:
        raise _LostError
    row.attempts += 1
    return begun


def _put_aside(*, due_id: int, token: uuid.UUID, now: datetime) -> None:
    """The same message again and again: each worker that took it up has died."""
    row = Due.objects.select_for_update().filter(pk=due_id, lease_token=token).first()
    if row is not None:
        put_back(row=row, now=now)


def _work(*, begun: Begun, token: uuid.UUID, now: datetime, clock: Callable[[], datetime]) -> None:
    row, registration = begun.row, begun.registration
    try:
        with _kept(registration, token=token, now=now, clock=clock):
            if begun.underway is not None:
                begun.underway.work()
            elif registration.begin is None:
                begun.next_at = registration.run(key=row.key, payload=row.payload, now=now)
    except Exception as raised:  # whatever a handler raises is kept with its row, and the row is tried again
        begun.error = _noted(row, raised)


def _noted(row: Due, raised: BaseException) -> str:
    logger.error("due_work_failed", kind=row.kind, key=row.key, attempts=row.attempts, exc_info=raised)
    return f"{type(raised).__name__}: {raised}"[:_ERROR_LENGTH_MAX]


def _kept(
    registration: Registration, *, token: uuid.UUID, now: datetime, clock: Callable[[], datetime]
) -> AbstractContextManager[None]:
    if not registration.kept:
        return nullcontext()
    return keeper.keeping(token=token, until=now + registration.lease, clock=clock)


def _ended(*, begun: Begun, token: uuid.UUID, owner: str, now: datetime, passes_on: bool) -> Ran:
    """Write down what came of it and move or delete the row, in one transaction."""
    if begun.underway is None or begun.error:
        return _finish(begun=begun, token=token, owner=owner, now=now, passes_on=passes_on)
    try:
        return _finish(begun=begun, token=token, owner=owner, now=now, passes_on=passes_on)
    except Exception:  # what was done outside must not be forgotten for the row's sake: once more, alone
        logger.warning("due_work_not_ended", kind=begun.kind, key=begun.row.key, exc_info=True)
    underway, begun.underway = begun.underway, None
    try:
        begun.next_at = underway.end(now=now)
    except Exception as raised:
        begun.error = _noted(begun.row, raised)
    return _finish(begun=begun, token=token, owner=owner, now=now, passes_on=False)


@transaction.atomic
def _finish(*, begun: Begun, token: uuid.UUID, owner: str, now: datetime, passes_on: bool) -> Ran:
    """Move or delete the row, if the token still holds it.

    A row that is due again at once keeps its lease: the caller goes on with it or releases it.
    """
    row, error, next_at = begun.row, begun.error, begun.next_at
    if error:
        next_at = now + pause_after(attempts=row.attempts)
    elif begun.underway is not None:
        next_at = begun.underway.end(now=now)
    held = Due.objects.select_for_update().filter(pk=row.pk, lease_token=token).order_by().first()
    if held is None:
        return Ran(Outcome.LOST)
    asked_for = [instant for instant in (next_at, held.due_again_at) if instant is not None]
    if not asked_for:
        held.delete()
        return _with_successor(lane=row.lane, owner=owner, now=now) if passes_on else Ran(Outcome.DONE)
    held.due_at = min(asked_for)
    held.due_again_at = None
    if error:
        held.last_error, held.last_error_at = error, now
    else:
        held.attempts, held.last_error, held.last_error_at = 0, "", None
    if error or held.due_at > now:
        held.lease_token = held.lease_until = held.begun_at = None
        held.lease_owner = ""
    held.save()
    return Ran(Outcome.FAILED if error else Outcome.MOVED, held.due_at)


def _with_successor(*, lane: str, owner: str, now: datetime) -> Ran:
    """The next of the lane is claimed here; where one transaction writes at a time it is begun here, too.

    Each transaction then costs a wait for the others. Elsewhere the locks of two rows and what they stand for could
    be taken in another order than by others, and a transaction of its own costs little.
    """
    following = claim_successor(lane=lane, now=now)
    if following is None or connection.features.has_select_for_update:
        return Ran(Outcome.DONE, following=following)
    try:
        begun = _begin(due_id=following.due_id, token=following.token, owner=owner, now=now)
    except (_LostError, _NotBegunError):  # undone; it is begun in a transaction of its own, where the try is counted
        begun = None
    return Ran(Outcome.DONE, following=following, begun=begun)


def _release(*, due_id: int, token: uuid.UUID) -> None:
    Due.objects.filter(pk=due_id, lease_token=token).update(
        lease_token=None, lease_until=None, lease_owner="", begun_at=None
    )
