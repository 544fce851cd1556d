"""What the page of a run shows of its log, bounded however long the run took."""

from __future__ import annotations

from dataclasses import dataclass

from chaos.experiments.domain.outline import outline_of
from chaos.runs.domain.looks import HYPOTHESIS, Look, look_of
from chaos.runs.domain.progress import Facts, Fault, Happened, Stage, stages_of
from chaos.runs.domain.states import Mode, State, UndoState, Verdict
from chaos.runs.models import Run, RunEvent, UndoRecord

LOG_LINES = 200
_LOOKS = 200
_HAPPENED = 800
_ACTIVITY_KINDS = ("activity_began", "activity_ended", "planned")


@dataclass(frozen=True, slots=True)
class Watched:
    """log: the newest first. left_out: older lines. looks: the oldest first, the very first ones among them."""

    stages: list[Stage]
    looks: list[Look]
    log: list[RunEvent]
    left_out: int
    undo: list[UndoRecord]


def watched(*, run: Run) -> Watched:
    """Of a run from `selectors.runs.run`. Five queries."""
    log = list(run.events.order_by("-number")[:LOG_LINES])
    looks = _looks(run)
    rows = run.events.filter(kind__in=_ACTIVITY_KINDS).order_by("number")[:_HAPPENED]
    happened = [Happened(at, kind, data) for at, kind, data in rows.values_list("at", "kind", "data")]
    undo = list(run.undo_records.select_related("target").order_by("-number"))
    facts = Facts(
        state=State(run.state),
        mode=Mode(run.mode),
        verdict=Verdict(run.verdict) if run.verdict else None,
        waits_for=run.waits_for,
        started_at=run.started_at,
        fault_began_at=run.fault_began_at,
        fault_ended_at=run.fault_ended_at,
        steady_again_at=run.steady_again_at,
        ended_at=run.ended_at,
        looks=looks,
        happened=happened,
        faults=[Fault(UndoState(one.state)) for one in undo],
    )
    return Watched(
        stages=stages_of(outline=outline_of(run.version.document), facts=facts),
        looks=looks,
        log=log,
        left_out=max(run.events_count - len(log), 0),
        undo=undo,
    )


def _looks(run: Run) -> list[Look]:
    rows = run.events.filter(kind=HYPOTHESIS)
    first = list(rows.order_by("number").values_list("number", "at", "data")[:2])
    newest = list(rows.order_by("-number").values_list("number", "at", "data")[:_LOOKS])
    by_number = {number: look_of(at=at, data=data) for number, at, data in (*first, *newest)}
    return [look for _, look in sorted(by_number.items())]
