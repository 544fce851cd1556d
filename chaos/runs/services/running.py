"""What the holder of a run writes as it goes, and its end."""

from __future__ import annotations

from datetime import datetime, timedelta

from chaos.runs.domain.states import State, UndoState
from chaos.runs.domain.verdict import RunEnd
from chaos.runs.models import Run
from chaos.runs.services import concluding, events, undoing
from chaos.runs.services.leases import holding
from reliability.outbox.services.facts import emit

STARTED = "RunStarted"
# What could not be taken back is tried again so long after.
AGAIN_AFTER = timedelta(seconds=60)


def begin(*, run_id: int, fence: int, process_id: int, now: datetime) -> None:
    """STARTING → RUNNING, before the process learns what it is to do."""
    with holding(run_id=run_id, fence=fence) as run:
        run.state, run.process_id = State.RUNNING, process_id
        run.deadline_at = now + timedelta(seconds=run.experiment.deadline_seconds)
        run.save(update_fields=("state", "process_id", "deadline_at"))
        text = f"begun by {run.supervisor} as process {process_id}"
        events.record(run=run, kind="started", text=text, now=now, fence=fence)
        emit(
            kind=STARTED,
            payload={
                "run_id": run.pk,
                "team_id": run.team_id,
                "experiment_id": run.experiment_id,
                "service_id": run.service_id,
                "mode": run.mode,
            },
            now=now,
            team_id=run.team_id,
        )


def begin_undoing(*, run_id: int, fence: int, text: str, now: datetime) -> None:
    with holding(run_id=run_id, fence=fence) as run:
        if run.state != State.UNDOING:
            run.state = State.UNDOING
            run.save(update_fields=("state",))
        if text:
            events.record(run=run, kind="stopping", text=text, now=now, fence=fence)


def close(*, run_id: int, fence: int, end: RunEnd, now: datetime) -> list[str]:
    """Judge and end it, and free its targets but those with a fault left. Returns what is left, in words."""
    with holding(run_id=run_id, fence=fence) as run:
        left = undoing.give_up(run=run, now=now)
        concluding.conclude(run=run, end=end, now=now)
        _try_again(run, at=now + AGAIN_AFTER)
        return left


def close_again(*, run_id: int, fence: int, now: datetime) -> None:
    """After another try at what was left of an ended run."""
    with holding(run_id=run_id, fence=fence) as run:
        if undoing.unsure(run_id=run_id):
            run.undo_records.exclude(state=UndoState.VERIFIED).update(state=UndoState.FAILED)
        else:
            undoing.tell_undone_late(run=run, now=now)
        concluding.free_targets(run=run)
        _try_again(run, at=now + AGAIN_AFTER)


def _try_again(run: Run, *, at: datetime) -> None:
    """What is left of its faults, if anything is."""
    is_left = run.undo_records.exclude(state=UndoState.VERIFIED).exists()
    Run.objects.filter(pk=run.pk).update(lease_until=at if is_left else None)
