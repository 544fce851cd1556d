"""One run beside the earlier ones of its experiment: what became better, what worse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chaos.runs.domain.looks import number_of
from chaos.runs.domain.states import State
from chaos.runs.models import Run

RUNS_MAX = 10


@dataclass(frozen=True, slots=True)
class RunColumn:
    """One run of the comparison. probes: last values by name; spent: share of each objective's budget, by name."""

    run: Run
    version: int
    score: float | None
    rto_seconds: float | None
    rpo_seconds: float | None
    probes: Mapping[str, Any]
    spent: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Change:
    """A figure now and the last time it was known. difference: now − before, None when one of them is no number."""

    name: str
    now: Any
    before: Any

    @property
    def difference(self) -> float | None:
        new, old = number_of(self.now), number_of(self.before)
        return None if new is None or old is None else new - old


@dataclass(frozen=True, slots=True)
class Comparison:
    """columns: the run first, then earlier ones, the newest first. changes: against the one just before."""

    columns: tuple[RunColumn, ...]
    probes: tuple[str, ...]
    slos: tuple[str, ...]
    changes: tuple[Change, ...]

    @property
    def has_earlier(self) -> bool:
        return len(self.columns) > 1


def comparison_of(*, run: Run, limit: int = RUNS_MAX) -> Comparison:
    """The run with up to *limit* earlier ones of its experiment that began and ended, in the same mode. One query.

    Ask `selectors.runs.run` for the run: earlier ones are of the same team.
    """
    earlier = (
        Run.objects.filter(experiment_id=run.experiment_id, mode=run.mode, state=State.ENDED, pk__lt=run.pk)
        .exclude(started_at=None)
        .select_related("version")
        .defer("journal", "version__document", "version__text")
        .order_by("-pk")[: min(limit, RUNS_MAX)]
    )
    columns = tuple(_column(one) for one in (run, *earlier))
    return Comparison(
        columns=columns,
        probes=tuple(sorted({name for one in columns for name in one.probes})),
        slos=tuple(sorted({name for one in columns for name in one.spent})),
        changes=_changes(columns[0], columns[1]) if len(columns) > 1 else (),
    )


def _column(run: Run) -> RunColumn:
    return RunColumn(
        run=run,
        version=run.version.number,
        score=run.score,
        rto_seconds=run.rto_seconds,
        rpo_seconds=run.rpo_seconds,
        probes=run.figures.get("probes") or {},
        spent={str(one["slo"]): one["spent"] for one in run.figures.get("slos") or ()},
    )


def _changes(now: RunColumn, before: RunColumn) -> tuple[Change, ...]:
    own = (
        Change("verdict", now.run.verdict, before.run.verdict),
        Change("score", now.score, before.score),
        Change("rto_seconds", now.rto_seconds, before.rto_seconds),
        Change("rpo_seconds", now.rpo_seconds, before.rpo_seconds),
    )
    probes = (Change(f"probe {name}", now.probes.get(name), before.probes[name]) for name in before.probes)
    spent = (Change(f"budget of {name}", now.spent.get(name), before.spent[name]) for name in before.spent)
    return tuple(one for one in (*own, *probes, *spent) if one.now != one.before)
