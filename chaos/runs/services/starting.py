"""From WAITING to READY: the guards are asked when the time has come, and again until they go or it is too late."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from chaos.runs.domain.guards import Answer, Decision
from chaos.runs.domain.states import State
from chaos.runs.domain.verdict import RunEnd, StopKind
from chaos.runs.models import Agent, Run
from chaos.runs.selectors.global_stop import in_force
from chaos.runs.services import concluding, events, guards
from chaos.runs.services.due_kinds import START
from reliability.kit.cutting import cut
from reliability.outbox.services import due

# A run that no agent took for so long is looked at again.
UNTAKEN_AFTER = timedelta(seconds=10)
# An agent that was not seen for so long is not there.
AGENT_SEEN_WITHIN = timedelta(seconds=45)
_STOPPED_LOOK = timedelta(seconds=15)


def decide(*, run_id: int, now: datetime) -> datetime | None:
    """Ask the guards. Returns when to look again; None once the run is under way or has ended."""
    run: Run | None = Run.objects.select_related("experiment", "version", "service", "team").filter(pk=run_id).first()
    if run is None or run.state not in (State.WAITING, State.READY):
        return None
    if now >= run.not_after:
        _end(
            run=run,
            reason=f"missed: it could not begin by {run.not_after:%Y-%m-%d %H:%M:%S} UTC{_because(run)}",
            now=now,
        )
        return None
    if now < run.not_before:
        return run.not_before
    if run.state == State.READY:
        return _nobody_took(run=run, now=now)
    stop = in_force()
    if stop is not None:
        return _wait(
            run=run, reason=f"chaos is stopped by {stop.by_name}: {stop.reason}", at=now + _STOPPED_LOOK, now=now
        )
    decision = guards.before(run=run, now=now)
    return follow(run=run, decision=decision, now=now)


def follow(*, run: Run, decision: Decision, now: datetime) -> datetime | None:
    """Do what the guards said of a run that has not begun. Returns when to look again."""
    if decision.kind is Answer.NO:
        _end(run=run, reason=decision.reason, now=now)
        return None
    if decision.kind is Answer.WAIT:
        return _wait(run=run, reason=decision.reason, at=decision.until or now + _STOPPED_LOOK, now=now)
    with transaction.atomic():
        if Run.objects.filter(pk=run.pk, state=State.WAITING).update(state=State.READY, ready_at=now, waits_for=""):
            events.record(run=run, kind="ready", text="every guard lets it go", now=now)
    return min(now + UNTAKEN_AFTER, run.not_after)


@transaction.atomic
def put_back(*, run: Run, reason: str, at: datetime, now: datetime) -> None:
    """READY → WAITING: it is looked at again at *at*."""
    if Run.objects.filter(pk=run.pk, state=State.READY).update(state=State.WAITING, ready_at=None):
        _note_waiting(run=run, reason=reason, now=now)
        due.schedule(kind=START, key=run.pk, due_at=min(at, run.not_after), reschedule=True)


def _wait(*, run: Run, reason: str, at: datetime, now: datetime) -> datetime:
    _note_waiting(run=run, reason=reason, now=now)
    return min(max(at, now + timedelta(seconds=1)), run.not_after)


@transaction.atomic
def _note_waiting(*, run: Run, reason: str, now: datetime) -> None:
    """Told once for each reason, however often it is looked at."""
    words = cut(reason, length_max=300)
    rows = Run.objects.filter(pk=run.pk, state__in=(State.WAITING, State.READY)).exclude(waits_for=words)
    if rows.update(waits_for=words):
        events.record(run=run, kind="waiting", text=f"waits: {reason}", now=now)


def _nobody_took(*, run: Run, now: datetime) -> datetime:
    """READY for long: the reason is shown, and the end comes when it is missed."""
    is_there = Agent.objects.filter(name=run.agent, seen_at__gt=now - AGENT_SEEN_WITHIN).exists()
    if now - (run.ready_at or now) < UNTAKEN_AFTER:
        return now + UNTAKEN_AFTER
    name = f" {run.agent}" if run.agent else ""
    missing = f"for an agent{name}: none is there, start one with `manage.py chaos agent{name and f' --name{name}'}`"
    _note_waiting(run=run, reason="for an agent with room" if is_there else missing, now=now)
    return min(now + UNTAKEN_AFTER, run.not_after)


@transaction.atomic
def _end(*, run: Run, reason: str, now: datetime) -> None:
    """Only while it has not begun: an agent that takes it at the same moment wins."""
    held = Run.objects.select_for_update().filter(pk=run.pk, state__in=(State.WAITING, State.READY)).first()
    if held is not None:
        end = RunEnd(fence=held.fence, stop=StopKind.NOT_STARTED, stop_reason=reason)
        concluding.conclude(run=held, end=end, now=now)


def _because(run: Run) -> str:
    return f" ({run.waits_for})" if run.waits_for else ""
