"""Stopping one run. Before it began it ends at once; else its agent sees the wish within a second."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from chaos.runs.domain.states import OPEN, State
from chaos.runs.domain.verdict import RunEnd, StopKind
from chaos.runs.models import Run
from chaos.runs.services import concluding, events
from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.kit.cutting import cut
from reliability.web.errors import Conflict, NotFound

_TAKEN = OPEN - {State.WAITING}


def stop_run(*, caller: Caller, run_id: int, reason: str = "", now: datetime) -> Run:
    """Ask for the end of a run; asked twice, the first wish stays. Raises NotFound, Forbidden, Conflict once ended."""
    with transaction.atomic():
        run: Run | None = Run.objects.select_for_update().filter(pk=run_id).first()
        if run is None or not caller.may_read(run.team_id):
            raise NotFound("there is no such run, or it is not yours to see")
        require(caller=caller, team_id=run.team_id, role=Role.RESPONDER)
        if run.state == State.ENDED:
            raise Conflict("the run has ended already", reason="ended")
        if run.stop_requested_at is not None:
            return run
        request_stop(run=run, kind=StopKind.PERSON, by_name=caller.name, reason=reason, now=now)
        audit.record(
            caller=caller,
            action="run.stop",
            object_kind="run",
            object_name=f"{run.experiment.slug} #{run.pk}",
            team_id=run.team_id,
            reason=reason,
            now=now,
        )
    run.refresh_from_db()
    return run


def request_stop(*, run: Run, kind: StopKind, by_name: str, reason: str, now: datetime) -> None:
    """Of an open run. Call it with the row locked."""
    run.stop_requested_at = now
    run.stop_requested_by_name = by_name[:160]
    run.stop_reason = cut(reason, length_max=500)
    run.stop_kind = kind
    run.save(update_fields=("stop_requested_at", "stop_requested_by_name", "stop_reason", "stop_kind"))
    why = f": {run.stop_reason}" if run.stop_reason else ""
    events.record(run=run, kind="stop_requested", text=f"{by_name} stops the run{why}", now=now)
    if run.state in (State.WAITING, State.READY):
        words = stop_words(run=run)
        concluding.conclude(
            run=run, end=RunEnd(fence=run.fence, stop=StopKind.NOT_STARTED, stop_reason=f"stopped {words}"), now=now
        )


def stop_words(*, run: Run) -> str:
    """By whom and why."""
    return f"by {run.stop_requested_by_name}" + (f": {run.stop_reason}" if run.stop_reason else "")


def ids_of_open_runs() -> list[int]:
    """Of runs that are taken or about to be."""
    return list(Run.objects.filter(state__in=_TAKEN).order_by("pk").values_list("pk", flat=True))


def open_run_locked(*, run_id: int) -> Run | None:
    """None when it has ended meanwhile."""
    run: Run | None = Run.objects.select_for_update().filter(pk=run_id, state__in=_TAKEN).first()
    return run
