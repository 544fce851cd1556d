"""Which runs an agent takes: those that are READY for its name, and those whose agent was lost."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
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


def ready(*, office: Office, room: int, now: datetime) -> Iterator[list[tuple[Run, int]]]:
    """(run, fence) of up to *room* runs, taken now and never again, some at a time: those that stand by now at once."""
    if room <= 0:
        return
    began = time.monotonic()
    rows = Run.objects.filter(state=State.READY, agent=office.name, stop_requested_at__isnull=True)
    waiting = list(rows.select_related(*_JOINED).order_by("ready_at", "pk")[: room + _LOOKED_PAST])
    if not waiting or in_force() is not None:
        return
    kinds = _kinds(waiting)
    able = [run for run in waiting if run.mode != Mode.REAL or kinds.get(run.pk, set()) <= set(office.kinds)]
    for run in filter(lambda run: _is_old(run, now), able):
        if room <= 0 or office.is_ending.is_set():
            return
        if _is_still_to_go(run, now):
            taken, held = _take([run], office, room, now, began)
            room -= len(taken)
            yield taken  # before anything else may go wrong: they are held now
            _put_back(held, now)
    fresh = [run for run in able if not _is_old(run, now)]
    if room > 0 and fresh and not office.is_ending.is_set():
        taken, held = _take(fresh, office, room, now, began)
        yield taken
        _put_back(held, now)


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


def _is_old(run: Run, now: datetime) -> bool:
    return now - (run.ready_at or now) > _READY_WITHIN


def _is_still_to_go(run: Run, now: datetime) -> bool:
    decision = guards.before(run=run, now=now)
    if decision.kind is Answer.GO:
        return True
    starting.put_back(run=run, reason=decision.reason, at=now, now=now)
    return False


def _take(
    runs: Sequence[Run], office: Office, room: int, now: datetime, began: float
) -> tuple[list[tuple[Run, int]], list[tuple[Run, str]]]:
    """(run, fence) of those that were taken, and (run, reason) of those whose target another run holds.

    In one transaction: fifty would wait fifty times for others who write. began: the clock at *now*.
    """
    taken: list[tuple[Run, int]] = []
    held: list[tuple[Run, str]] = []
    with transaction.atomic():
        at = now + timedelta(seconds=time.monotonic() - began)
        for run in runs:
            if len(taken) == room or office.is_ending.is_set():
                break
            try:
                fence = leases.take(run=run, supervisor=office.instance, now=at)
            except TargetHeldError as error:
                held.append((run, str(error)))
            else:
                taken += [] if fence is None else [(run, fence)]
    return taken, held


def _put_back(held: Sequence[tuple[Run, str]], now: datetime) -> None:
    for run, reason in held:
        starting.put_back(run=run, reason=reason, at=now + _HELD_LOOK, now=now)


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
