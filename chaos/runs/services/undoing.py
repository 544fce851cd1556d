"""Undo records: committed before the fault they take back is injected, and followed until it was seen to be gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db.models import Max

from chaos.runs.domain.states import UNSURE, UndoState
from chaos.runs.domain.verdict import StopKind
from chaos.runs.models import Run, RunTarget, UndoRecord
from chaos.runs.selectors.global_stop import in_force
from chaos.runs.services import events
from chaos.runs.services.leases import holding
from reliability.access.services import vault
from reliability.outbox.services.facts import emit

ROLLBACKS = "rollbacks"
UNDO_FAILED = "RunUndoFailed"
UNDONE_LATE = "RunUndoneLate"


class NotRecordedError(Exception):
    """No fault may be put in place; the message says why."""


class StopAskedError(NotRecordedError):
    """Somebody has asked for the end of this run, or of all: its agent does not know it yet."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What to remember of a fault. values: without secrets; sealed: what holds some, kept encrypted."""

    kind: str
    activity: str
    target: str
    values: Mapping[str, Any]
    sealed: Mapping[str, Any] | None
    expires_after: timedelta | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the taking back of one record has come."""

    record_id: int
    state: UndoState
    attempts: int
    error: str
    undone_at: datetime | None
    verified_at: datetime | None
    how: str


def write(*, run_id: int, fence: int, draft: Draft, now: datetime) -> UndoRecord:
    """Commit the record. Raises NotRecordedError, StopAskedError, LeaseLostError: nothing may be injected then."""
    with holding(run_id=run_id, fence=fence) as run:
        _refuse_when_stopped(run)
        target = None
        if draft.target:
            held = RunTarget.objects.select_related("target").filter(run=run, target__slug=draft.target).first()
            if held is None or held.target.kind != draft.kind or not held.is_held:
                raise NotRecordedError(f"{draft.target} is no target of this run")
            target = held.target
        last = UndoRecord.objects.filter(run=run).aggregate(last=Max("number"))["last"] or 0
        if not last:  # from the first fault on
            run.deadline_at = now + timedelta(seconds=run.experiment.deadline_seconds)
            run.save(update_fields=("deadline_at",))
        return UndoRecord.objects.create(
            run=run,
            number=last + 1,
            kind=draft.kind,
            activity=draft.activity[:200],
            target=target,
            arguments=dict(draft.values),
            sealed=None if draft.sealed is None else vault.encrypt(orjson.dumps(draft.sealed).decode()),
            recorded_at=now,
            expires_at=None if draft.expires_after is None else now + draft.expires_after,
        )


def check_held(*, run_id: int, fence: int) -> None:
    """Before an action that leaves no record. Raises StopAskedError, LeaseLostError."""
    with holding(run_id=run_id, fence=fence) as run:
        _refuse_when_stopped(run)


def note_injected(*, run_id: int, fence: int, record_id: int, entry: events.Entry) -> None:
    """The injector said that the fault is in place."""
    with holding(run_id=run_id, fence=fence) as run:
        UndoRecord.objects.filter(pk=record_id).update(injected_at=entry.at)
        if run.fault_began_at is None:
            run.fault_began_at = entry.at
            run.save(update_fields=("fault_began_at",))
        events.record_all(run_id=run_id, entries=[entry], fence=fence)


def note(*, run_id: int, fence: int, progress: Sequence[Progress], now: datetime) -> None:
    """Write down how far taking back has come; when the last fault is gone, when that was."""
    if not progress:
        return
    with holding(run_id=run_id, fence=fence) as run:
        entries = []
        for one in progress:
            record = UndoRecord.objects.select_related("target").get(pk=one.record_id)
            entries += _told(record, one, now)
            record.state, record.attempts, record.last_error = one.state, one.attempts, one.error
            record.undone_at, record.verified_at = one.undone_at, one.verified_at
            record.save(update_fields=("state", "attempts", "last_error", "undone_at", "verified_at"))
        faults = UndoRecord.objects.filter(run=run).exclude(kind=ROLLBACKS)
        if run.fault_began_at and run.fault_ended_at is None and not faults.filter(state__in=UNSURE).exists():
            ends = faults.aggregate(last=Max("verified_at"))["last"]
            run.fault_ended_at = ends or now
            run.save(update_fields=("fault_ended_at",))
        events.record_all(run_id=run_id, entries=entries, fence=fence)


def unsure(*, run_id: int) -> list[UndoRecord]:
    """Records whose fault may still be in place, the newest first."""
    rows = UndoRecord.objects.select_related("target").filter(run_id=run_id, state__in=UNSURE)
    return list(rows.order_by("-number"))


def opened(*, record: UndoRecord) -> Mapping[str, Any]:
    """Its secret part; empty without one. Raises VaultError."""
    return {} if record.sealed is None else dict(orjson.loads(vault.decrypt(record.sealed)))


def give_up(*, run: Run, now: datetime) -> list[str]:
    """What could not be taken back is FAILED; the fact of it opens an incident. Returns them in words; none: [].

    Call it holding the run.
    """
    records = unsure(run_id=run.pk)
    if not records:
        return []
    words = [words_of(record) for record in records]
    UndoRecord.objects.filter(pk__in=[record.pk for record in records]).update(state=UndoState.FAILED)
    emit(
        kind=UNDO_FAILED,
        payload={
            "run_id": run.pk,
            "team_id": run.team_id,
            "service_id": run.service_id,
            "title": f"A fault of run {run.pk} ({run.experiment.title}) could not be taken back",
            "text": "Still to be taken back, by hand if need be; it is tried again each minute:\n"
            + "\n".join(f"- {one}" for one in words),
            "records": [
                {
                    "id": record.pk,
                    "kind": record.kind,
                    "target": record.target.slug if record.target else "",
                    "activity": record.activity,
                    "error": record.last_error,
                }
                for record in records
            ],
        },
        now=now,
        team_id=run.team_id,
    )
    return words


def tell_undone_late(*, run: Run, now: datetime) -> None:
    """All is gone after all. Call it holding the run."""
    events.record(run=run, kind="undone_late", text="the faults that were left are gone, and seen to be", now=now)
    payload = {"run_id": run.pk, "team_id": run.team_id, "service_id": run.service_id}
    emit(kind=UNDONE_LATE, payload=payload, now=now, team_id=run.team_id)


def words_of(record: UndoRecord) -> str:
    where = f" on {record.target.slug}" if record.target else ""
    error = f" ({record.last_error})" if record.last_error else ""
    return f"{record.activity or record.kind}{where}{error}"


def _refuse_when_stopped(run: Run) -> None:
    if run.stop_requested_at is not None:
        raise StopAskedError(f"the run is being stopped by {run.stop_requested_by_name}")
    stop = in_force()
    if stop is not None:
        raise StopAskedError(f"{StopKind.GLOBAL_STOP.value.replace('_', ' ')} by {stop.by_name}")


def _told(record: UndoRecord, progress: Progress, now: datetime) -> list[events.Entry]:
    what = f"{record.activity or record.kind}" + (f" on {record.target.slug}" if record.target else "")
    data = {"record": record.number, "kind": record.kind, "attempts": progress.attempts}
    if progress.state is UndoState.VERIFIED and record.state != UndoState.VERIFIED:
        text = f"{what}: gone ({progress.how})" if progress.how else f"{what}: gone"
        return [events.Entry("undone", text, progress.verified_at or now, data)]
    if progress.error and progress.error != record.last_error:
        return [events.Entry("undo_failed", f"{what}: not taken back yet: {progress.error}", now, data)]
    return []
