"""Somebody else's word on a run: go or no, with a reason, good for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from chaos.runs.domain.states import State
from chaos.runs.models import Approval, Run
from chaos.runs.services.due_kinds import START
from chaos.runs.services.notices import wake
from chaos.runs.services.policies import in_force
from reliability.access.domain.caller import Caller, Role
from reliability.access.services.audit import record
from reliability.access.services.authorize import require
from reliability.kit.cutting import cut
from reliability.outbox.services import due
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound

REASON_MAX = 500


def approve(*, caller: Caller, run_id: int, reason: str = "", now: datetime) -> Approval:
    """Let the run go, as far as its policy asks for approvals. A responder of its team, in person.

    Not who asked for the run, nor who wrote the version that it runs, nor who made the token that did: Forbidden.
    Raises NotFound, Conflict.
    """
    return _decide(caller=caller, run_id=run_id, is_approved=True, reason=reason, now=now)


def decline(*, caller: Caller, run_id: int, reason: str, now: datetime) -> Approval:
    """The run ends as aborted, with this reason, also where no approval was asked for. Raises Invalid without one."""
    if not reason.strip():
        raise Invalid(details=[{"field": "reason", "message": "say why, so that it can be changed"}])
    return _decide(caller=caller, run_id=run_id, is_approved=False, reason=reason, now=now)


def is_barred(*, run: Run, user_id: int | None) -> bool:
    """Whether the person asked for the run or wrote what it runs, also by a token: then they may not approve it."""
    return user_id is not None and user_id in (run.requested_by_id, run.version.created_by_id)


def may_approve(*, caller: Caller, run: Run) -> bool:
    """What a page asks before it shows the button."""
    return (
        run.state == State.WAITING
        and caller.user_id is not None
        and caller.may(run.team_id, Role.RESPONDER)
        and not is_barred(run=run, user_id=caller.user_id)
    )


@transaction.atomic
def _decide(*, caller: Caller, run_id: int, is_approved: bool, reason: str, now: datetime) -> Approval:
    run = _locked(caller=caller, run_id=run_id)
    if caller.user_id is None:
        raise Forbidden("an approval is a person's: sign in to give it, a token cannot", reason="not_a_person")
    if run.state != State.WAITING:
        raise Conflict(f"the run is {run.state}: only one that waits is approved or declined", reason="run_not_waiting")
    if is_approved and is_barred(run=run, user_id=caller.user_id):
        raise Forbidden(
            "who asked for the run or wrote the experiment cannot approve it: ask somebody else of the team",
            reason="own_run",
        )
    policy = in_force(team_id=run.team_id, service_id=run.service_id).policy
    approval, _ = Approval.objects.update_or_create(
        run=run,
        user_id=caller.user_id,
        defaults={
            "user_name": caller.name[:160],
            "is_approved": is_approved,
            "reason": cut(reason, length_max=REASON_MAX),
            "at": now,
            "expires_at": max(now, run.not_before) + timedelta(hours=policy.approval_hours),
        },
    )
    record(
        caller=caller,
        action="run.approve" if is_approved else "run.decline",
        object_kind="run",
        object_name=f"run {run.pk} of {run.experiment.slug}",
        team_id=run.team_id,
        reason=cut(reason, length_max=REASON_MAX),
        now=now,
    )
    if is_approved:
        wake(run=run, now=now)
    else:
        due.demand(kind=START, key=run.pk, now=now)
    return approval


def _locked(*, caller: Caller, run_id: int) -> Run:
    readable = Run.objects.readable_by(caller).filter(pk=run_id).values_list("pk", flat=True)
    if not readable.exists():
        raise NotFound("there is no such run, or it is not yours to see")
    run: Run = Run.objects.select_for_update(of=("self",)).select_related("experiment", "version").get(pk=run_id)
    require(caller=caller, team_id=run.team_id, role=Role.RESPONDER)
    return run
