"""What runs teach: a run of a linked experiment that ended moves the vulnerabilities it tries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from chaos.backlog.domain.states import State, move_after
from chaos.backlog.models import Evidence, Vulnerability, VulnerabilityNote
from chaos.backlog.services.scoring import SCORED, score
from chaos.backlog.services.vulnerabilities import move, note
from chaos.runs.domain.states import Mode, Verdict
from chaos.runs.models import Run
from reliability.access.domain.caller import SYSTEM


def run_ended(*, payload: dict[str, Any], now: datetime) -> int:
    """Of the fact RunEnded. Safe to call twice: a run is evidence once. Returns how many vulnerabilities it moved."""
    mode, verdict = Mode(payload["mode"]), Verdict(payload["verdict"])
    if move_after(state=State.OPEN, mode=mode, verdict=verdict) is None:
        return 0
    run = Run.objects.filter(pk=payload["run_id"]).first()
    if run is None or run.ended_at is None:
        return 0
    linked = Vulnerability.objects.filter(team_id=run.team_id, experiments=run.experiment_id).order_by("pk")
    return sum(_learn(pk, run, run.ended_at, verdict, now) for pk in linked.values_list("pk", flat=True))


@transaction.atomic
def _learn(pk: int, run: Run, ended_at: datetime, verdict: Verdict, now: datetime) -> bool:
    row = Vulnerability.objects.select_for_update(of=("self",)).select_related("service", "team").get(pk=pk)
    has_deviated = verdict is Verdict.DEVIATED
    _, is_new = Evidence.objects.get_or_create(
        vulnerability=row, run=run, defaults={"has_deviated": has_deviated, "at": ended_at}
    )
    if not is_new:
        return False
    moved = move_after(state=State(row.state), mode=Mode.REAL, verdict=verdict)
    if moved is None:
        return False
    if moved.state is not None and not _is_late(row, ended_at):
        text = f"Run {run.pk}: {moved.reason}."
        move(caller=SYSTEM, row=row, state=moved.state, reason=text, run_id=run.pk, now=now)
        return True
    words = "the hypothesis deviated" if has_deviated else "the hypothesis held"
    note(
        caller=SYSTEM,
        row=row,
        kind=VulnerabilityNote.Kind.EVIDENCE,
        text=f"Run {run.pk}: {words}.",
        run_id=run.pk,
        now=now,
    )
    score(vulnerability=row, evidence=list(row.evidence.all()), now=now)
    row.save(update_fields=SCORED)
    return False


def _is_late(row: Vulnerability, ended_at: datetime) -> bool:
    """A person set the state after the run ended: they could know of it, and what they said stands."""
    if ended_at >= row.state_at:
        return False
    last = row.notes.filter(kind=VulnerabilityNote.Kind.STATE, run=None).order_by("-at", "-pk").first()
    return last is not None and last.at > ended_at and last.author_id is not None
