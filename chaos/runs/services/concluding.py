"""The end of a run: verdict, figures, journal, freed targets and the fact, in one transaction under the fence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from chaos.runs.domain.looks import last_values
from chaos.runs.domain.states import State, UndoState, Verdict
from chaos.runs.domain.verdict import Judgement, Outcome, RunEnd, judge
from chaos.runs.models import Run, RunTarget
from chaos.runs.selectors.outcome import Observed, journal_for, observed, outcome_of
from chaos.runs.selectors.spending import spent_by
from chaos.runs.services import events, notices
from chaos.runs.services.due_kinds import FIGURES
from chaos.runs.services.leases import LeaseLostError
from reliability.kit.cutting import cut
from reliability.kit.instants import format_instant
from reliability.outbox.services import due
from reliability.outbox.services.facts import emit

RUN_ENDED = "RunEnded"
# Counts of the last minutes come late: what was spent is summed once more.
SETTLED_AFTER = timedelta(minutes=6)
_VALUE_MAX = 200
_PROBES_MAX = 50


@transaction.atomic
def conclude(*, run: Run, end: RunEnd, now: datetime) -> Judgement:
    """Write what came of the run. Once: raises LeaseLostError for an older fence, and when it has ended already.

    Call it when everything is undone, or given up. Targets whose faults were not seen to be gone stay held, so that
    no other run meets them. *run* is what is stored afterwards.
    """
    rows = Run.objects.select_for_update(of=("self",)).filter(pk=run.pk, fence=end.fence).exclude(state=State.ENDED)
    held = rows.select_related("experiment", "version", "team", "service").first()
    if held is None:
        raise LeaseLostError(f"run {run.pk} is not held under fence {end.fence} any more, or has ended")
    seen = observed(run=held)
    outcome = outcome_of(run=held, end=end, seen=seen)
    judgement = judge(outcome)
    _write(run=held, end=end, seen=seen, outcome=outcome, judgement=judgement, now=now)
    free_targets(run=held)
    verdict = judgement.verdict.words
    events.record(
        run=held,
        kind="ended",
        text=f"{verdict}: {judgement.reason}",
        data={"verdict": judgement.verdict, "reasons": list(judgement.reasons), "score": judgement.score},
        now=now,
    )
    emit(kind=RUN_ENDED, payload=fact_of(run=held), team_id=held.team_id, now=now)
    notices.tell_end(run=held, now=now)
    if held.fault_began_at is not None:
        due.schedule(kind=FIGURES, key=held.pk, due_at=now + SETTLED_AFTER)
    run.refresh_from_db()
    return judgement


@transaction.atomic
def settle(*, run_id: int, now: datetime) -> None:
    """Sum what the run spent once more. Figures that people read stand in its row, not in the verdict's words."""
    run = Run.objects.select_for_update(of=("self",)).filter(pk=run_id, state=State.ENDED).first()
    if run is None:
        return
    run.figures = {**run.figures, "slos": [one.as_values() for one in spent_by(run=run, now=now)], "is_settled": True}
    run.save(update_fields=("figures",))


def free_targets(*, run: Run) -> int:
    """Let others have the targets without a fault that may be left. Returns how many are held on."""
    unsure = run.undo_records.exclude(state=UndoState.VERIFIED).exclude(target=None).values("target_id")
    held = RunTarget.objects.filter(run=run, is_held=True)
    held.exclude(target_id__in=unsure).update(is_held=False)
    return held.filter(target_id__in=unsure).count()


def fact_of(*, run: Run) -> dict[str, Any]:
    """The payload of RunEnded."""
    return {
        "run_id": run.pk,
        "team_id": run.team_id,
        "experiment_id": run.experiment_id,
        "experiment": run.experiment.slug,
        "title": run.experiment.title,
        "service_id": run.service_id,
        "mode": run.mode,
        "origin": run.origin,
        "origin_key": run.origin_key,
        "verdict": run.verdict,
        "reason": run.verdict_reason,
        "score": run.score,
        "rto_seconds": run.rto_seconds,
        "rpo_seconds": run.rpo_seconds,
        "started_at": _instant(run.started_at),
        "fault_began_at": _instant(run.fault_began_at),
        "fault_ended_at": _instant(run.fault_ended_at),
        "ended_at": _instant(run.ended_at),
    }


def _write(*, run: Run, end: RunEnd, seen: Observed, outcome: Outcome, judgement: Judgement, now: datetime) -> None:
    run.state, run.ended_at, run.waits_for = State.ENDED, now, ""
    run.verdict, run.verdict_reason = judgement.verdict, judgement.reason
    run.score, run.rto_seconds, run.rpo_seconds = judgement.score, seen.rto_seconds, seen.rpo_seconds
    run.steady_again_at = seen.steady_again_at
    if judgement.verdict is not Verdict.FAILED_TO_UNDO:
        run.lease_until = None  # else its faults are tried again
    run.journal = journal_for(run=run, end=end, seen=seen, has_deviated=judgement.verdict is Verdict.DEVIATED, now=now)
    run.figures = _figures(run=run, end=end, seen=seen, outcome=outcome, judgement=judgement, now=now)
    run.save(
        update_fields=(
            "state",
            "ended_at",
            "waits_for",
            "verdict",
            "verdict_reason",
            "score",
            "rto_seconds",
            "rpo_seconds",
            "steady_again_at",
            "lease_until",
            "journal",
            "figures",
        )
    )


def _figures(
    *, run: Run, end: RunEnd, seen: Observed, outcome: Outcome, judgement: Judgement, now: datetime
) -> dict[str, Any]:
    return {
        "reasons": list(judgement.reasons),
        "guard": end.guard,
        "looks": len(seen.looks),
        "looks_out": sum(not one.is_met for one in seen.looks),
        "probes": _shown(last_values(seen.looks)),
        "slos": [one.as_values() for one in spent_by(run=run, now=now)],
        "is_settled": False,
        "objectives": [
            {
                "name": one.name,
                "asked_seconds": one.asked_seconds,
                "measured_seconds": one.measured_seconds,
                "is_met": one.is_met,
            }
            for one in outcome.objectives
        ],
    }


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values that a table can show; a whole answer of a page cannot."""
    found = list(values.items())[:_PROBES_MAX]
    return {
        name: cut(value, length_max=_VALUE_MAX) if isinstance(value, str) else value
        for name, value in found
        if value is None or isinstance(value, str | int | float | bool)
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else format_instant(at)
