"""The red button: pressed by any responder, every run is aborted and none starts until it is lifted."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from chaos.runs.domain.verdict import StopKind
from chaos.runs.models import GlobalStop
from chaos.runs.selectors.global_stop import in_force
from chaos.runs.services.stopping import ids_of_open_runs, open_run_locked, request_stop
from reliability.access.domain.caller import Caller, Role, Scope
from reliability.access.services import audit
from reliability.kit.cutting import cut
from reliability.outbox.services.facts import emit
from reliability.web.errors import Conflict, Forbidden

BEGAN = "GlobalStopBegan"
LIFTED = "GlobalStopLifted"


def begin(*, caller: Caller, reason: str = "", now: datetime) -> GlobalStop:
    """Stop all chaos; pressed twice, the first one stays in force. Runs that wait stay, and are not let go.

    Raises Forbidden for who is responder of no team.
    """
    if Scope.WRITE not in caller.scopes or not (caller.is_administrator or caller.team_ids(Role.RESPONDER)):
        raise Forbidden("stopping all chaos needs the role responder in some team", reason="role_too_low")
    words = cut(reason, length_max=500) or "no reason given"
    try:
        with transaction.atomic():
            stop = GlobalStop.objects.create(
                began_at=now, by_user_id=caller.user_id, by_name=caller.name[:160], reason=words
            )
            run_ids = ids_of_open_runs()
            _tell(caller=caller, stop=stop, action="global_stop.begin", reason=words, now=now)
            emit(
                kind=BEGAN,
                payload={
                    "stop_id": stop.pk,
                    "by": stop.by_name,
                    "reason": stop.reason,
                    "run_ids": run_ids,
                },
                now=now,
            )
    except IntegrityError:
        present = in_force()
        if present is None:
            raise
        return present
    for run_id in run_ids:
        _mark(run_id=run_id, stop=stop, now=now)
    return stop


@transaction.atomic
def _mark(*, run_id: int, stop: GlobalStop, now: datetime) -> None:
    """After the stop is committed, which agents obey by itself: so it ends a run also when it is lifted soon."""
    run = open_run_locked(run_id=run_id)
    if run is not None and run.stop_requested_at is None:
        request_stop(run=run, kind=StopKind.GLOBAL_STOP, by_name=stop.by_name, reason=stop.reason, now=now)


@transaction.atomic
def lift(*, caller: Caller, reason: str = "", now: datetime) -> GlobalStop:
    """Allow chaos again. Raises Forbidden for all but administrators and who pressed, Conflict without a stop."""
    stop = GlobalStop.objects.select_for_update().filter(lifted_at__isnull=True).first()
    if stop is None:
        raise Conflict("chaos is not stopped: there is nothing to lift", reason="not_in_force")
    is_own = caller.user_id is not None and caller.user_id == stop.by_user_id
    if Scope.WRITE not in caller.scopes or not (caller.is_administrator or is_own):
        raise Forbidden(
            f"only {stop.by_name}, who pressed it, or an administrator of the installation may lift the stop",
            reason="role_too_low",
        )
    stop.lifted_at, stop.lifted_by_name = now, caller.name[:160]
    stop.save(update_fields=("lifted_at", "lifted_by_name"))
    _tell(caller=caller, stop=stop, action="global_stop.lift", reason=reason, now=now)
    emit(kind=LIFTED, payload={"stop_id": stop.pk, "by": stop.lifted_by_name, "reason": reason}, now=now)
    return stop


def _tell(*, caller: Caller, stop: GlobalStop, action: str, reason: str, now: datetime) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind="global_stop",
        object_name=f"stop #{stop.pk}",
        team_id=None,
        reason=reason,
        now=now,
    )
