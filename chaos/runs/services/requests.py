"""Asking for a run: the row, its targets and when to look at it, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from chaos.experiments.models import Experiment, ExperimentVersion, Target
from chaos.experiments.selectors.experiments import newest_version
from chaos.experiments.selectors.jobs import job_of, targets_of
from chaos.runs.domain.states import OPEN, Mode
from chaos.runs.models import Run, RunTarget
from chaos.runs.services import events, notices
from chaos.runs.services.due_kinds import START
from reliability.access.domain.caller import Caller, Role
from reliability.access.selectors.tokens import person_behind
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.kit.cutting import cut
from reliability.outbox.services import due
from reliability.web.errors import Conflict, Invalid
from slo.models import Slo

WAITS_AT_MOST = timedelta(hours=1)


def request_run(
    *,
    caller: Caller,
    experiment: Experiment,
    mode: Mode = Mode.REAL,
    reason: str = "",
    not_before: datetime,
    not_after: datetime | None = None,
    origin: str = "person",
    origin_key: str | None = None,
    now: datetime,
) -> Run:
    """The run of the newest version, WAITING; with the same *origin_key* the run that was asked for before.

    not_after: not started by then it ends as missed; an hour after *not_before* by default. Raises NotFound,
    Forbidden (responders of the team), Invalid with what to change, Conflict when too many are open.
    """
    require(caller=caller, team_id=experiment.team_id, role=Role.RESPONDER)
    known: Run | None = None if origin_key is None else Run.objects.filter(origin_key=origin_key).first()
    if known is not None:
        return known
    version = newest_version(experiment=experiment)
    until = not_after or max(not_before, now) + WAITS_AT_MOST
    _check(experiment=experiment, version=version, not_before=not_before, not_after=until, now=now)
    targets = targets_of(version=version)
    try:
        with transaction.atomic():
            run = Run.objects.create(
                team_id=experiment.team_id,
                experiment=experiment,
                version=version,
                service_id=experiment.service_id,
                mode=mode,
                origin=origin,
                origin_key=origin_key,
                requested_by_id=person_behind(caller=caller),
                requested_by_name=caller.name[:160],
                reason=cut(reason, length_max=300),
                agent=_agent_of(targets) if mode == Mode.REAL else "",
                watched_slo_ids=_watched(experiment),
                requested_at=now,
                not_before=not_before,
                not_after=until,
            )
            RunTarget.objects.bulk_create(RunTarget(run=run, target=target) for target in targets)
            _tell(caller=caller, run=run, now=now)
            notices.plan(run=run, now=now)
    except IntegrityError:
        if origin_key is None:
            raise
        return Run.objects.get(origin_key=origin_key)  # another was quicker with the same cause
    return run


def _check(
    *, experiment: Experiment, version: ExperimentVersion, not_before: datetime, not_after: datetime, now: datetime
) -> None:
    if experiment.is_archived:
        raise Conflict("the experiment is archived: bring it back before it is run", reason="archived")
    if not_after <= max(not_before, now):
        raise Invalid(details=[{"field": "not_after", "message": "must lie after the start, and not in the past"}])
    problems = job_of(version=version).problems
    if problems:
        details = [
            {"field": "experiment", "path": one.path, "line": one.line, "message": one.message} for one in problems
        ]
        raise Invalid(f"it cannot be run as it is: {problems[0].message}", details=details[:20])
    open_runs = Run.objects.filter(team_id=experiment.team_id, state__in=OPEN).order_by()
    if open_runs.count() >= settings.CHAOS_OPEN_RUNS_MAX:
        raise Conflict(
            f"the team has {settings.CHAOS_OPEN_RUNS_MAX} runs that wait or are under way: stop some, or wait",
            reason="too_many",
        )


def _agent_of(targets: Sequence[Target]) -> str:
    """The agent that the targets need; blank: any. Raises Invalid when no single one will do."""
    names = sorted({target.agent for target in targets if target.agent})
    if len(names) > 1:
        raise Invalid(
            f"the targets need different agents ({', '.join(names)}), and one agent does a run: part the experiment"
        )
    return names[0] if names else ""


def _watched(experiment: Experiment) -> list[int]:
    """The objectives of the service that the team owns."""
    if experiment.service_id is None:
        return []
    slos = Slo.objects.filter(service_id=experiment.service_id, team_id=experiment.team_id).order_by("name", "pk")
    return list(slos.values_list("pk", flat=True)[: settings.CHAOS_WATCHED_SLOS_MAX])


def _tell(*, caller: Caller, run: Run, now: datetime) -> None:
    what = "dry run" if run.mode == Mode.DRY else "run"
    why = f": {run.reason}" if run.reason else ""
    events.record(
        run=run,
        kind="requested",
        text=f"{caller.name} asked for a {what}{why}",
        data={"origin": run.origin, "not_before": run.not_before.isoformat(), "not_after": run.not_after.isoformat()},
        now=now,
    )
    audit.record(
        caller=caller,
        action="run.request",
        object_kind="run",
        object_name=f"{run.experiment.slug} #{run.pk}",
        team_id=run.team_id,
        changes={"mode": [None, run.mode], "origin": [None, run.origin]},
        reason=run.reason,
        now=now,
    )
    if run.not_before <= now:
        due.demand(kind=START, key=run.pk, now=now)
    else:
        due.schedule(kind=START, key=run.pk, due_at=run.not_before)
