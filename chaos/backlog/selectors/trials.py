"""Trials as lists and single ones, what was measured, and whether a service's trials are in date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q, QuerySet

from chaos.backlog.models import Trial
from chaos.experiments.domain.kinds import Kind
from chaos.experiments.models import Experiment
from chaos.runs.domain.recovery import Objective, objectives
from chaos.runs.domain.states import Mode, State, Verdict
from chaos.runs.models import Run
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.web.errors import NotFound

HISTORY_MAX = 50


@dataclass(frozen=True, slots=True)
class Standing:
    """A trial at an instant. newest: its last real run that ended. measured: the objectives against that run's values;
    a value that was not measured is None, and so is whether it was met. history: newest first."""

    trial: Trial
    newest: Run | None
    measured: tuple[Objective, ...]
    is_overdue: bool
    history: Sequence[Run] = ()


@dataclass(frozen=True, slots=True)
class InDate:
    """Whether the trials of a service are done as often as was said. due_at: the earliest; None without trials.

    is_in_date: None when the service has no trial: that is unknown, not well.
    """

    trials: int
    overdue: int
    never_held: int
    due_at: datetime | None

    @property
    def is_in_date(self) -> bool | None:
        return None if not self.trials else not self.overdue and not self.never_held


def list_trials(
    *, caller: Caller, text: str = "", team: str = "", service: str = "", due: str = "", now: datetime
) -> QuerySet[Trial]:
    """Readable trials of experiments in use, the next due first. due: "overdue" or "coming" narrows them."""
    found: QuerySet[Trial] = _joined(caller).filter(experiment__is_archived=False)
    for word in text.split()[:8]:
        found = found.filter(Q(experiment__title__icontains=word) | Q(experiment__slug__icontains=word))
    if team:
        found = found.filter(team__slug=team)
    if service:
        found = found.filter(experiment__service__in=Service.objects.readable_by(caller).filter(name=service))
    if due == "overdue":
        found = found.filter(due_at__lte=now, is_enabled=True)
    elif due == "coming":
        found = found.filter(due_at__gt=now, is_enabled=True)
    return found.order_by("-is_enabled", "due_at", "pk")


def trial(*, caller: Caller, pk: int) -> Trial:
    """One readable trial. Raises NotFound, for private ones of other teams, too."""
    found: Trial | None = _joined(caller).filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise NotFound(f"there is no trial {pk}, or it is not yours to see")
    return found


def standings(*, trials: Iterable[Trial], now: datetime) -> list[Standing]:
    """Each with its newest real run, in the order given. One query."""
    known = list(trials)
    newest = {run.experiment_id: run for run in reversed(_newest_of([one.experiment_id for one in known]))}
    return [_standing(one, newest.get(one.experiment_id), now) for one in known]


def standing_with_history(*, trial: Trial, now: datetime) -> Standing:
    """With its last 50 real runs that ended, newest first. One query."""
    runs = list(_real_runs([trial.experiment_id])[:HISTORY_MAX])
    return _standing(trial, runs[0] if runs else None, now, runs)


def unrepeated(*, caller: Caller, limit: int = 20) -> list[Experiment]:
    """Disaster recovery trials that nobody said how often to repeat, by title."""
    found: QuerySet[Experiment] = Experiment.objects.readable_by(caller).select_related("team", "service")
    return list(found.filter(kind=Kind.DR_TRIAL, is_archived=False, trial=None).order_by("title", "pk")[:limit])


def trials_in_date(*, service_id: int, now: datetime) -> InDate:
    """Of the enabled trials of a service. One query. For readiness: ask only for services that the caller may read."""
    rows = Trial.objects.filter(
        experiment__service_id=service_id, experiment__is_archived=False, is_enabled=True
    ).values_list("due_at", "succeeded_at")
    found = list(rows)
    return InDate(
        trials=len(found),
        overdue=sum(due_at <= now for due_at, _ in found),
        never_held=sum(succeeded_at is None for _, succeeded_at in found),
        due_at=min((due_at for due_at, _ in found), default=None),
    )


def last_success_of(*, experiment_id: int) -> datetime | None:
    """When its last real run that held ended: a trial holds only when each objective was measured and met."""
    held = Run.objects.filter(
        experiment_id=experiment_id, state=State.ENDED, mode=Mode.REAL, verdict=Verdict.HELD
    ).aggregate(at=Max("ended_at"))
    at: datetime | None = held["at"]
    return at


def _standing(trial: Trial, newest: Run | None, now: datetime, history: Sequence[Run] = ()) -> Standing:
    return Standing(
        trial=trial,
        newest=newest,
        measured=objectives(
            rto_asked=trial.experiment.rto_objective_seconds,
            rpo_asked=trial.experiment.rpo_objective_seconds,
            rto=newest.rto_seconds if newest else None,
            rpo=newest.rpo_seconds if newest else None,
        ),
        is_overdue=trial.is_enabled and trial.due_at <= now,
        history=history,
    )


def _real_runs(experiment_ids: Sequence[int]) -> QuerySet[Run]:
    """Those that were begun: what was refused before its start measured nothing."""
    found = Run.objects.filter(
        experiment_id__in=experiment_ids, state=State.ENDED, mode=Mode.REAL, started_at__isnull=False
    )
    return found.defer("journal").order_by("-ended_at", "-pk")


def _newest_of(experiment_ids: Sequence[int]) -> list[Run]:
    """The newest real run of each experiment: a page of trials, so each is asked for by its own index entry."""
    newest = _real_runs(experiment_ids).values("experiment_id").annotate(at=Max("ended_at")).order_by()
    wanted = Q(pk__in=())
    for row in newest:
        wanted |= Q(experiment_id=row["experiment_id"], ended_at=row["at"])
    return list(_real_runs(experiment_ids).filter(wanted))


def _joined(caller: Caller) -> QuerySet[Trial]:
    readable: QuerySet[Trial] = Trial.objects.readable_by(caller)
    return readable.select_related("team", "experiment", "experiment__team", "experiment__service")
