"""Proof by machines: a run of the experiment that held, an objective that stayed met."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from chaos.runs.domain.states import Mode, Verdict
from chaos.runs.models import Run
from incidents.actions.domain.proving import Day, Judgement, Outcome, judge
from incidents.actions.domain.states import Proof, State
from incidents.actions.models import Action
from incidents.actions.services.holding import Kind, note
from incidents.actions.services.moving import place
from incidents.actions.services.scheduling import DAY, SETTLED_AFTER, next_look
from reliability.access.domain.caller import SYSTEM
from reliability.kit.instants import floor_minute
from reliability.kit.periods import Period
from slo.domain.budgeting import BudgetingMethod
from slo.models import Slo
from slo.selectors.definitions import newest_versions
from slo.selectors.history import history_of


def by_run(*, run_id: int, now: datetime) -> list[int]:
    """What a real run that ended says of actions that its experiment is to prove, of those done before it began.

    Held: they are proven. Deviated: they are open again. Whatever else came of it is noted and proves nothing.
    Twice is once. Returns the numbers of those it moved.
    """
    with transaction.atomic():
        run = Run.objects.filter(pk=run_id, mode=Mode.REAL).select_related("experiment").defer("journal").first()
        if run is None or run.started_at is None or not run.verdict:
            return []
        rows = Action.objects.select_for_update(of=("self",)).filter(
            team_id=run.team_id,
            proof=Proof.EXPERIMENT,
            experiment_id=run.experiment_id,
            state=State.DONE,
            done_at__lte=run.started_at,
        )
        return [row.pk for row in rows.order_by("pk") if _judged_by_run(row, run, now)]


def by_objective(*, number: int, now: datetime) -> datetime | None:
    """Judge the days since it was done that are over. Returns when to look again; None when there is no more to see."""
    with transaction.atomic():
        rows = Action.objects.select_for_update(of=("self",)).select_related("slo")
        row = rows.filter(pk=number, state=State.DONE, proof=Proof.SLO).first()
        if row is None or row.slo is None or row.done_at is None or row.slo_days is None:
            return None
        found = judgement_of(slo=row.slo, since=row.done_at, needed=row.slo_days, now=now)
        if found.outcome in (Outcome.HELD, Outcome.BREACHED):
            to = State.VERIFIED if found.outcome is Outcome.HELD else State.OPEN
            text = f"Its objective: {found.reason}."  # without its name, which not every reader may know
            place(caller=SYSTEM, row=row, to=to, reason=text, proof_text=text, now=now)
            return None
        if row.proof_text != found.reason:
            row.proof_text = found.reason
            row.save(update_fields=("proof_text",))
        if found.outcome is Outcome.UNKNOWN:
            note(caller=SYSTEM, row=row, kind=Kind.PROOF, text=found.reason, now=now)
            return None
        return next_look(row=row, now=now)


def judgement_of(*, slo: Slo, since: datetime, needed: int, now: datetime) -> Judgement:
    """How far the proof is, of whole days since *since*."""
    begin = floor_minute(since)
    ended = max((now - SETTLED_AFTER - begin) // DAY, 0)
    days: list[Day] = []
    objective = Decimal(0)
    if ended:
        period = Period(begin, begin + ended * DAY)
        is_summed = newest_versions(slo_ids=[slo.pk])[slo.pk].budgeting_method == BudgetingMethod.OCCURRENCES
        for point in history_of(slo=slo, period=period, step=timedelta(days=1), now=now):
            # Slices count alike, so a day weighs as much as was measured of it; events weigh what they are.
            weight = point.valid if is_summed else point.coverage
            good = 0.0 if point.sli is None else point.sli * weight
            days.append(Day(point.start, good, 0.0 if point.sli is None else weight, point.coverage))
            objective = point.objective
    return judge(days=days, objective=objective, needed=needed)


def _judged_by_run(row: Action, run: Run, now: datetime) -> bool:
    said = f"Run {run.pk} of “{run.experiment.title}” {Verdict(run.verdict).words}: {run.verdict_reason}".rstrip(": ")
    if run.verdict in (Verdict.HELD, Verdict.DEVIATED):
        to = State.VERIFIED if run.verdict == Verdict.HELD else State.OPEN
        place(caller=SYSTEM, row=row, to=to, reason=said, proof_text=said, run_id=run.pk, now=now)
        return True
    if not row.notes.filter(kind=Kind.PROOF, run_id=run.pk).exists():
        note(
            caller=SYSTEM,
            row=row,
            kind=Kind.PROOF,
            text=f"{said}. It proves nothing: run it again.",
            run_id=run.pk,
            now=now,
        )
    return False
