"""All that the verdict on a run is made of, read from its rows and what its supervisor knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any

from chaos.experiments.domain.kinds import Kind
from chaos.runner.manner import manner_of
from chaos.runs.domain.journal import Done, journal_of
from chaos.runs.domain.looks import (
    ACTIVITY_ENDED,
    BEFORE,
    HYPOTHESIS,
    RPO_SECONDS,
    Look,
    look_of,
    names_measuring,
    weights_of,
)
from chaos.runs.domain.recovery import objectives, rpo_seconds, rto_seconds, steady_again_at
from chaos.runs.domain.states import LEASED, Mode, State, UndoState
from chaos.runs.domain.verdict import Outcome, RunEnd, StopKind
from chaos.runs.models import Run


@dataclass(frozen=True, slots=True)
class Observed:
    """The log of a run as values, with the figures of recovery."""

    looks: tuple[Look, ...]
    done: tuple[Done, ...]
    steady_again_at: datetime | None
    rto_seconds: float | None
    rpo_seconds: float | None


def observed(*, run: Run) -> Observed:
    """One query. The run's version is at hand."""
    looks: list[Look] = []
    done: list[Done] = []
    rows = run.events.filter(kind__in=(HYPOTHESIS, ACTIVITY_ENDED)).order_by("number")
    for at, kind, data in rows.values_list("at", "kind", "data"):
        if kind == HYPOTHESIS:
            looks.append(look_of(at=at, data=data))
        else:
            done.append(Done(at, data))
    began_at, document = run.fault_began_at, run.version.document
    measuring = names_measuring(document, RPO_SECONDS)
    others = [
        (one.name, one.data.get("output"))
        for one in done
        if one.name in measuring and began_at is not None and one.at >= began_at
    ]
    return Observed(
        looks=tuple(looks),
        done=tuple(done),
        steady_again_at=steady_again_at(looks=looks, fault_began_at=began_at),
        rto_seconds=rto_seconds(looks=looks, fault_began_at=began_at),
        rpo_seconds=rpo_seconds(document=document, looks=looks, fault_began_at=began_at, others=others),
    )


def outcome_of(*, run: Run, end: RunEnd, seen: Observed) -> Outcome:
    """What the child said of itself holds; of one that did not live to say it, what its log shows."""
    said, document = end.outcome, run.version.document
    experiment = run.experiment
    is_trial = experiment.kind == Kind.DR_TRIAL
    asked = objectives(
        rto_asked=experiment.rto_objective_seconds if is_trial else None,
        rpo_asked=experiment.rpo_objective_seconds if is_trial else None,
        rto=seen.rto_seconds,
        rpo=seen.rpo_seconds,
    )
    return Outcome(
        is_dry=run.mode == Mode.DRY,
        was_begun=State(run.state) in LEASED,
        looks=seen.looks,
        weights=weights_of(document),
        stop_after=manner_of(document).stop_after_deviations,
        fault_began_at=run.fault_began_at,
        stop=end.stop,
        stop_reason=end.stop_reason,
        guard=end.guard,
        has_begun_method=_said(said, "has_begun_method", run.fault_began_at is not None or _method(seen)),
        has_completed_method=_said(said, "has_completed_method", False),
        has_deviated=_said(said, "has_deviated", False),
        was_steady=said["was_steady"] if "was_steady" in said else _was_steady(seen),
        failed_actions=_failed(said, seen),
        error=_error(said, end),
        not_undone=not_undone(run=run),
        objectives=asked,
    )


def not_undone(*, run: Run) -> list[str]:
    """Faults of the run that nobody saw to be gone, in words, the first one first."""
    rows = run.undo_records.exclude(state=UndoState.VERIFIED).select_related("target").order_by("number")
    return [f"{row.activity} ({row.target.slug if row.target else row.kind})" for row in rows]


def journal_for(*, run: Run, end: RunEnd, seen: Observed, has_deviated: bool, now: datetime) -> dict[str, Any] | None:
    """The child's, else one from the log; None when there is nothing to tell."""
    if end.journal:
        return dict(end.journal)
    if run.started_at is None or not (seen.looks or seen.done):
        return None
    return journal_of(
        document=run.version.document,
        looks=seen.looks,
        done=seen.done,
        has_deviated=has_deviated,
        version=version("chaostoolkit-lib"),
        node=run.supervisor.rpartition("/")[0],
        began_at=run.started_at,
        ended_at=now,
    )


def _said(said: Mapping[str, Any], name: str, otherwise: bool) -> bool:
    return bool(said[name]) if name in said else otherwise


def _method(seen: Observed) -> bool:
    return any(one.section == "method" for one in seen.done)


def _was_steady(seen: Observed) -> bool | None:
    return next((one.is_met for one in seen.looks if one.phase == BEFORE), None)


def _failed(said: Mapping[str, Any], seen: Observed) -> list[str]:
    if "failed_actions" in said:
        return [str(name) for name in said["failed_actions"]]
    return [one.name for one in seen.done if one.section == "method" and one.has_failed]


def _error(said: Mapping[str, Any], end: RunEnd) -> str:
    """The child's own error; and a stop that nobody asked for, such as a refusal of the supervisor."""
    error = str(said.get("error") or "")
    if not error and end.stop is StopKind.NONE:
        error = str(said.get("stopped") or "")
    return error
