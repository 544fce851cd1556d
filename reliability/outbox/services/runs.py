"""Doing one claimed row: take it up, call its handler, move or delete the row."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from django.db import transaction

from reliability.outbox.domain.backoff import pause_after
from reliability.outbox.models import Due
from reliability.outbox.registry import Registration, registration_of
from reliability.outbox.services.claims import DEATHS_BEFORE_PAUSE, put_back
from reliability.outbox.services.keeping import KEPT, keeper
from reliability.outbox.services.lanes import note_duration
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


def run(*, due_id: int, token: uuid.UUID, owner: str, clock: Callable[[], datetime]) -> Outcome:
    """Run the handler of a claimed row for as long as it is due at once, at most about ten seconds.

    clock: reads the time; passed in because a run spans several instants.
    """
    started_at = clock()
    while True:
        now = clock()
        outcome, due_at = _run_once(due_id=due_id, token=token, owner=owner, now=now, clock=clock)
        is_due_again = outcome is Outcome.MOVED and due_at is not None and due_at <= clock()
        if not is_due_again:
            return outcome
        if clock() - started_at > STRETCH:
            _release(due_id=due_id, token=token)
            return outcome


def _run_once(
    *, due_id: int, token: uuid.UUID, owner: str, now: datetime, clock: Callable[[], datetime]
) -> tuple[Outcome, datetime | None]:
    begun = _begin(due_id=due_id, token=token, owner=owner, now=now)
    if begun is None:
        return Outcome.LOST, None
    row, registration = begun
    error = ""
    next_at: datetime | None = None
    try:
        with _kept(registration, token=token, now=now, clock=clock):
            next_at = registration.run(key=row.key, payload=row.payload, now=now)
    except Exception as raised:  # whatever a handler raises is kept with its row, and the row is tried again
        error = f"{type(raised).__name__}: {raised}"[:_ERROR_LENGTH_MAX]
        logger.exception("due_work_failed", kind=row.kind, key=row.key, attempts=row.attempts)
    finished_at = clock()
    DUE_SECONDS.labels(kind=row.kind).observe(max((finished_at - now).total_seconds(), 0.0))
    if row.lane:
        note_duration(lane=row.lane, taken=finished_at - now, now=finished_at)
    if error:
        next_at = finished_at + pause_after(attempts=row.attempts)
    outcome, due_at = _finish(row=row, token=token, next_at=next_at, error=error, now=finished_at)
    DUE_RUNS.labels(kind=row.kind, outcome=outcome.value).inc()
    return outcome, due_at


def _kept(
    registration: Registration, *, token: uuid.UUID, now: datetime, clock: Callable[[], datetime]
) -> AbstractContextManager[None]:
    if not registration.kept:
        return nullcontext()
    return keeper.keeping(token=token, until=now + registration.lease, clock=clock)


@transaction.atomic
def _begin(*, due_id: int, token: uuid.UUID, owner: str, now: datetime) -> tuple[Due, Registration] | None:
    """Extend the dispatch lease to the handler's. None when the token is stale or the kind unknown here."""
    row = Due.objects.select_for_update().filter(pk=due_id, lease_token=token).first()
    registration = registration_of(row.kind) if row is not None else None
    if row is None or registration is None:
        return None
    if row.begun_at is not None and row.attempts >= DEATHS_BEFORE_PAUSE:
        # The same message again and again: each worker that took it up has died.
        put_back(row=row, now=now)
        return None
    row.lease_until = now + (min(registration.lease, KEPT) if registration.kept else registration.lease)
    row.lease_owner = owner
    row.begun_at = now
    row.attempts += 1
    row.save(update_fields=("lease_until", "lease_owner", "begun_at", "attempts"))
    return row, registration


@transaction.atomic
def _finish(
    *, row: Due, token: uuid.UUID, next_at: datetime | None, error: str, now: datetime
) -> tuple[Outcome, datetime | None]:
    """Move or delete the row, if the token still holds it; returns the outcome and the next due instant.

    A row that is due again at once keeps its lease: the caller goes on with it or releases it.
    """
    held = Due.objects.select_for_update().filter(pk=row.pk, lease_token=token).first()
    if held is None:
        return Outcome.LOST, None
    asked_for = [instant for instant in (next_at, held.due_again_at) if instant is not None]
    if not asked_for:
        held.delete()
        return Outcome.DONE, None
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
    return (Outcome.FAILED if error else Outcome.MOVED), held.due_at


def _release(*, due_id: int, token: uuid.UUID) -> None:
    Due.objects.filter(pk=due_id, lease_token=token).update(
        lease_token=None, lease_until=None, lease_owner="", begun_at=None
    )
