"""Which runs an agent takes: those that are READY for its name, and those whose agent was lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from chaos.runs.domain.guards import Answer
from chaos.runs.domain.states import Mode, State
from chaos.runs.models import Run, RunTarget
from chaos.runs.selectors.global_stop import in_force
from chaos.runs.services import guards, leases, starting, undoing
from chaos.runs.services.leases import TargetHeldError
from chaos.runs.supervision.faults import fault_of
from chaos.runs.supervision.office import Office

# A guard's word is good for so long.
_READY_WITHIN = timedelta(seconds=10)
# So many that only others can do hold up none behind them.
_LOOKED_PAST = 100
_HELD_LOOK = timedelta(seconds=5)
# Faults that only another machine can take back wait so long for an agent there; then any agent tells of them.
FOREIGN_AFTER = timedelta(seconds=60)
# Whoever waited so long for the database is not the only one: the holder of a lease that has just run out may be about
# to renew it, and is let go first.
_WAITED_SECONDS = 0.5
_JUST_RUN_OUT = timedelta(seconds=5)
_JOINED = ("experiment", "version", "version__experiment", "service", "team")


def ready(*, office: Office, room: int, now: datetime) -> Iterator[tuple[Run, int]]:
    """(run, fence) of up to *room* runs, each taken now and never again."""
    if room <= 0:
        return
    rows = Run.objects.filter(state=State.READY, agent=office.name, stop_requested_at__isnull=True)
    waiting = list(rows.select_related(*_JOINED).order_by("ready_at", "pk")[: room + _LOOKED_PAST])
    if not waiting or in_force() is not None:
        return
    kinds = _kinds(waiting)
    for run in waiting:
        if room <= 0 or office.is_ending.is_set():
            return
        if run.mode == Mode.REAL and not kinds.get(run.pk, set()) <= set(office.kinds):
            continue  # another agent of the name may be able to
        fence = _take(run, office, now)
        if fence is not None:
            room -= 1
            yield run, fence


def lost(*, office: Office, own: set[int], now: datetime) -> Iterator[tuple[Run, int, Run]]:
    """(run, fence, the row as it was) of runs that nobody holds, as far as this agent can take them back."""
    for former in leases.lost(now=now):
        if office.is_ending.is_set():
            return
        if former.pk in own or not _is_ours(former, office, now):
            continue
        fence = _take_over(former, office, now)
        if fence is not None:
            yield Run.objects.select_related(*_JOINED).get(pk=former.pk), fence, former


def _take_over(former: Run, office: Office, now: datetime) -> int | None:
    began = time.monotonic()
    with transaction.atomic():  # SQLite waits here for who writes
        if time.monotonic() - began > _WAITED_SECONDS and now - (former.lease_until or now) < _JUST_RUN_OUT:
            return None
        return leases.take_over(run=former, supervisor=office.instance, now=now)


def _take(run: Run, office: Office, now: datetime) -> int | None:
    if now - (run.ready_at or now) > _READY_WITHIN:
        decision = guards.before(run=run, now=now)
        if decision.kind is not Answer.GO:
            starting.put_back(run=run, reason=decision.reason, at=now, now=now)
            return None
    try:
        return leases.take(run=run, supervisor=office.instance, now=now)
    except TargetHeldError as error:
        starting.put_back(run=run, reason=str(error), at=now + _HELD_LOOK, now=now)
        return None


def _kinds(runs: list[Run]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    rows = RunTarget.objects.filter(run__in=runs).order_by("pk").values_list("run_id", "target__kind")
    for run_id, kind in rows:
        found.setdefault(run_id, set()).add(kind)
    return found


def _is_ours(run: Run, office: Office, now: datetime) -> bool:
    """Whether all of it, or of an ended run some of it, can be taken back here; or nobody who can has come for long."""
    faults = [fault_of(record=record) for record in undoing.unsure(run_id=run.pk)]
    can = [not office.why_not(kind=one.plan.kind, agent=run.agent, host=one.host) for one in faults]
    if run.state == State.ENDED:
        return any(can)
    return all(can) or (run.lease_until is not None and now - run.lease_until > FOREIGN_AFTER)
