"""Asking the guards of a run, before its start and while it is under way, and keeping what they said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import structlog
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, transaction

from chaos.experiments.selectors.jobs import JobParts, job_of
from chaos.runs import blockers
from chaos.runs.domain import guards_before, guards_during
from chaos.runs.domain.guards import Decision, Guard, GuardResult, Phase, Policy, decide, no, wait
from chaos.runs.domain.guards_before import AgentSeen, TargetSeen, Told, Vote
from chaos.runs.domain.looks import weights_of
from chaos.runs.domain.readings import SloReading
from chaos.runs.domain.states import Mode
from chaos.runs.models import Agent, GlobalStop, GuardDecision, Notice, Run, RunTarget
from chaos.runs.selectors.guards import Asked, readings_of, watched_slos
from chaos.runs.services import notices
from chaos.runs.services.approvals import is_barred
from chaos.runs.services.policies import in_force, in_force_of

logger = structlog.get_logger(__name__)


def before(*, run: Run, now: datetime) -> Decision:
    """May the run begin? Every guard is asked and kept; of a dry run only whether it is let and valid.

    Notices that the policy asks for and nobody planned are planned here.
    """
    policy = in_force(team_id=run.team_id, service_id=run.service_id).policy
    parts = job_of(version=run.version)
    results = [_stop(), guards_before.window(not_before=run.not_before, not_after=run.not_after, at=now)]
    results.append(guards_before.document(problems=[str(one.message) for one in parts.problems]))
    if run.mode == Mode.REAL:
        notices.plan(run=run, now=now)
        results += _of_run(run, parts, policy, now)
        results += _of_objectives(run, policy, now)
        results += _of_others(run, policy, now)
    _keep(run=run, phase=Phase.BEFORE, results=results, now=now)
    return decide(results=results, at=now, not_after=run.not_after)


def during(*, run: Run, now: datetime) -> tuple[GuardResult, ...]:
    """What stops the run now, the global stop first; empty while it may go on. Each is kept."""
    return during_all(runs=[run], now=now)[run.pk]


def during_all(*, runs: Sequence[Run], now: datetime) -> dict[int, tuple[GuardResult, ...]]:
    """As `during`, for many runs with one reading of all their objectives."""
    stop = _stop()
    policies = in_force_of(runs=runs)
    watched = watched_slos(runs=runs)
    asked = [
        (run.pk, Asked(slo, timedelta(minutes=policies[run.pk].stop_burn_minutes), run.fault_began_at or now))
        for run in runs
        if run.mode == Mode.REAL
        for slo in watched[run.pk]
    ]
    readings: dict[int, list[SloReading]] = defaultdict(list)
    for (run_id, _), reading in zip(asked, readings_of(asked=[one for _, one in asked], at=now), strict=True):
        if reading is not None:
            readings[run_id].append(reading)
    found = {}
    for run in runs:
        breached = [] if stop.is_go else [no(stop.name, stop.reason)]
        breached += guards_during.deadline(deadline_at=run.deadline_at, at=now)
        breached += guards_during.objectives(policy=policies[run.pk], readings=readings[run.pk], at=now)
        if run.mode == Mode.REAL:
            breached += [one for one in _blocked(run, now, only_stopping=True) if not one.is_go]
        if breached:
            _keep(run=run, phase=Phase.DURING, results=breached, now=now)
        found[run.pk] = tuple(breached)
    return found


def during_each(*, runs: Sequence[Run], now: datetime) -> dict[int, tuple[GuardResult, ...]]:
    """As `during_all`; a run whose guards cannot be asked is to stop, and keeps those of no other run from speaking.

    Raises OperationalError, InterfaceError when the database is away.
    """
    try:
        return during_all(runs=runs, now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("guards_failed", runs=[run.pk for run in runs])
    found = {}
    for run in runs:
        try:
            found[run.pk] = during(run=run, now=now)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            logger.exception("guards_of_run_failed", run=run.pk)
            words = f"its guards could not be asked ({type(error).__name__}): what is not seen cannot stop it"
            found[run.pk] = (no(Guard.TELEMETRY, words),)
    return found


def _stop() -> GuardResult:
    row = GlobalStop.objects.filter(lifted_at__isnull=True).first()
    return guards_before.stop(reason=row.reason if row else "", by=row.by_name if row else "")


def _of_run(run: Run, parts: JobParts, policy: Policy, now: datetime) -> Iterator[GuardResult]:
    yield guards_before.hypothesis(probes=len(weights_of(parts.document)))
    targets = _targets(run)
    yield guards_before.targets(seen=targets)
    agents = [
        AgentSeen(row.instance, row.seen_at, frozenset(row.kinds)) for row in Agent.objects.filter(name=run.agent)
    ]
    kinds = frozenset(one.kind for one in targets)
    yield guards_before.agent(name=run.agent, agents=agents, kinds=kinds, at=now)
    votes = [
        Vote(row.user_name, row.is_approved, row.expires_at, row.reason, is_barred(run=run, user_id=row.user_id))
        for row in run.approvals.order_by("at", "pk")
    ]
    yield guards_before.approval(policy=policy, votes=votes, at=now)
    told = [
        Told(row.place, row.sent_at, row.acknowledged_at is not None, row.state == Notice.State.FAILED)
        for row in run.notices.filter(kind=Notice.Kind.COMING).order_by("pk")
    ]
    yield guards_before.notice(policy=policy, told=told, at=now)


def _targets(run: Run) -> list[TargetSeen]:
    held = dict(
        RunTarget.objects.filter(is_held=True, target__runs__run=run)
        .exclude(run=run)
        .order_by()
        .values_list("target_id", "run_id")
    )
    return [
        TargetSeen(
            slug=row.target.slug,
            kind=row.target.kind,
            is_there=row.target.is_enabled and row.target.team_id == row.target.service.team_id == run.team_id,
            held_by=held.get(row.target_id),
        )
        for row in run.targets.select_related("target__service").order_by("pk")
    ]


def _of_objectives(run: Run, policy: Policy, now: datetime) -> Iterator[GuardResult]:
    recent = timedelta(minutes=policy.burn_before_minutes)
    asked = [Asked(slo, recent) for slo in watched_slos(runs=[run])[run.pk]]
    readings = [one for one in readings_of(asked=asked, at=now) if one is not None]
    yield guards_before.budget(policy=policy, readings=readings)
    yield guards_before.burn(policy=policy, readings=readings, at=now)
    yield guards_before.telemetry(policy=policy, readings=readings, at=now)


def _of_others(run: Run, policy: Policy, now: datetime) -> Iterator[GuardResult]:
    for result in _blocked(run, now, only_stopping=False):
        if result.name == blockers.ON_CALL and not policy.needs_on_call and not result.is_go:
            yield GuardResult(result.name, True, f"{result.reason}, which the policy allows", result.data)
        else:
            yield result


def _blocked(run: Run, now: datetime, *, only_stopping: bool) -> Iterator[GuardResult]:
    """What other rooms object to. One that cannot be asked objects: what is not known does not let a run go."""
    for source in blockers.sources().values():
        if only_stopping and not source.stops_runs:
            continue
        try:
            found = source.find(run=run, at=now)
        except DatabaseError:
            raise
        except Exception as error:  # a fault of another room
            logger.exception("blocker_failed", blocker=source.name, run=run.pk)
            words = f"{source.name.replace('_', ' ')} could not be asked ({type(error).__name__})"
            yield no(source.name, words) if only_stopping else wait(source.name, words)
            continue
        until = [one.until for one in found if one.until is not None]
        yield guards_before.blockers(
            name=source.name,
            found=[one.reason for one in found],
            is_temporary=all(one.is_temporary for one in found),
            until=max(until) if found and len(until) == len(found) else None,
            words=source.words,
        )


@transaction.atomic
def _keep(*, run: Run, phase: Phase, results: Sequence[GuardResult], now: datetime) -> None:
    """A new row for each answer that changed; of the others the reason and the numbers of now."""
    newest = {row.name: row for row in run.guard_decisions.filter(phase=phase).order_by("at", "pk")}
    made, kept = [], []
    for result in results:
        row = newest.get(result.name)
        if row is None or row.answer != result.answer:
            made.append(
                GuardDecision(
                    run=run,
                    phase=phase,
                    name=result.name,
                    answer=result.answer,
                    reason=result.reason,
                    data=dict(result.data),
                    at=now,
                    seen_at=now,
                )
            )
        elif row.seen_at <= now:
            row.reason, row.data, row.seen_at = result.reason, dict(result.data), now
            kept.append(row)
    GuardDecision.objects.bulk_create(made)
    GuardDecision.objects.bulk_update(kept, ("reason", "data", "seen_at"))
